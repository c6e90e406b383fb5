/** Measures a document against size limits before it is validated. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { isStorable } from '../../values/kept-text.ts'
import { badUserInput, GraphError, tooComplex, unstorableText } from '../contract/errors.ts'

export interface DocumentLimits {
  /** Characters of the document's text, and of each name in it. */
  characters: number
  nameCharacters: number
  tokens: number
  /** Fields inside each other. */
  depth: number
  /** Fields with another name, fragments counted as often as they are spread. */
  aliases: number
  rootFields: number
  /** Fields, fragments counted as often as they are spread. */
  fields: number
  /** The same name in one selection: comparing them is quadratic. A router asks for `id` on every type of Node, 18 of them. */
  repeats: number
  directives: number
  fragments: number
  variables: number
}

/** Names go far: into logs as an operation's, into answers as aliases, as often as there are entries. */
export const LONGEST_IDENTIFIER_CHARACTERS = 200

/** Room for the largest screens that we know of, several times over; the introspection query has depth 15. */
export const documentLimits: DocumentLimits = {
  characters: 100_000,
  nameCharacters: LONGEST_IDENTIFIER_CHARACTERS,
  tokens: 4000,
  depth: 20,
  aliases: 100,
  rootFields: 20,
  fields: 2000,
  repeats: 20,
  directives: 50,
  fragments: 100,
  variables: 100,
}

interface Measure {
  depth: number
  aliases: number
  fields: number
  rootFields: number
}

const nothing: Measure = { depth: 0, aliases: 0, fields: 0, rootFields: 0 }

function add(one: Measure, other: Measure): Measure {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    fields: one.fields + other.fields,
    rootFields: one.rootFields + other.rootFields,
  }
}

class Measuring {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()
  private readonly measured = new Map<string, Measure | 'under way'>()
  private readonly limits: DocumentLimits

  constructor(document: DocumentNode, limits: DocumentLimits) {
    this.limits = limits
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition)
    }
    if (this.fragments.size > limits.fragments) throw tooComplex('fragments', this.fragments.size, limits.fragments)
  }

  /** Throws at the first limit that is passed, so that no work is done beyond it. */
  selection({ selections }: SelectionSetNode, above: number): Measure {
    if (above >= this.limits.depth) throw tooComplex('levels of depth', above + 1, this.limits.depth)
    this.checkRepeats(selections)
    return this.sum(selections, above)
  }

  private sum(selections: readonly SelectionNode[], above: number): Measure {
    let sum = nothing
    for (const selection of selections) sum = add(sum, this.one(selection, above))
    if (sum.fields > this.limits.fields) throw tooComplex('fields', sum.fields, this.limits.fields)
    if (sum.aliases > this.limits.aliases) throw tooComplex('aliases', sum.aliases, this.limits.aliases)
    return sum
  }

  private one(selection: SelectionNode, above: number): Measure {
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.sum(selection.selectionSet.selections, above)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.fragment(selection.name.value, above)
    const inside = selection.selectionSet ? this.selection(selection.selectionSet, above + 1) : nothing
    return {
      depth: inside.depth + 1,
      aliases: inside.aliases + (selection.alias ? 1 : 0),
      fields: inside.fields + 1,
      rootFields: 1,
    }
  }

  /** Measured once, however often it is spread; where it is spread decides how deep it reaches. */
  private fragment(name: string, above: number): Measure {
    const known = this.measured.get(name)
    if (known === 'under way') throw badUserInput(`The fragment "${name}" spreads itself.`)
    const fragment = this.fragments.get(name)
    // An unknown fragment is for validation to name.
    if (fragment === undefined) return nothing
    if (known !== undefined) {
      if (above + known.depth > this.limits.depth) {
        throw tooComplex('levels of depth', above + known.depth, this.limits.depth)
      }
      return known
    }
    this.measured.set(name, 'under way')
    const measure = this.selection(fragment.selectionSet, above)
    this.measured.set(name, measure)
    return measure
  }

  /** Inline fragments are part of the selection that they stand in. */
  private checkRepeats(selections: readonly SelectionNode[], seen = new Map<string, number>()): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) this.checkRepeats(selection.selectionSet.selections, seen)
      if (selection.kind !== Kind.FIELD) continue
      const name = (selection.alias ?? selection.name).value
      const times = (seen.get(name) ?? 0) + 1
      if (times > this.limits.repeats) throw tooComplex('repeats of one name', times, this.limits.repeats)
      seen.set(name, times)
    }
  }
}

function checkTexts(document: DocumentNode, { nameCharacters }: DocumentLimits): void {
  visit(document, {
    Name: ({ value: { length } }) => {
      if (length > nameCharacters) throw tooComplex('characters in one name', length, nameCharacters)
    },
    StringValue: ({ value }) => {
      if (!isStorable(value)) throw unstorableText()
    },
  })
}

function checkDirectives(document: DocumentNode, limits: DocumentLimits): void {
  let directives = 0
  visit(document, {
    Directive: () => {
      directives += 1
      if (directives > limits.directives) throw tooComplex('directives', directives, limits.directives)
    },
  })
}

function check(document: DocumentNode, limits: DocumentLimits): void {
  const measuring = new Measuring(document, limits)
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const variables = definition.variableDefinitions?.length ?? 0
    if (variables > limits.variables) throw tooComplex('variables', variables, limits.variables)
    const { rootFields } = measuring.selection(definition.selectionSet, 0)
    if (rootFields > limits.rootFields) throw tooComplex('root fields', rootFields, limits.rootFields)
  }
  checkDirectives(document, limits)
  checkTexts(document, limits)
}

/** Why the document is refused, naming the limit, what was found and what is allowed; null when it is not. */
export function documentRefusal(document: DocumentNode, limits: DocumentLimits): GraphError | null {
  try {
    check(document, limits)
    return null
  } catch (refusal) {
    if (refusal instanceof GraphError) return refusal
    throw refusal
  }
}
