/** Compiles often-used queries, up to a bounded number, leaving others to graphql-js. */
import { type GraphQLError, type GraphQLSchema, Kind, OperationTypeNode, visit } from 'graphql'
import { LRUCache } from 'lru-cache'
import { AnswerTooLarge } from '../limits/answer-size.ts'
import { answerWriter } from './answer-writer.ts'
import type { Writing } from './field-writers.ts'
import type { Operation } from './operation.ts'
import type { Variables } from './variables.ts'

export interface CompileOptions {
  /** Off: everything runs in graphql-js, which is the reference. */
  enabled: boolean
  /** Writers kept: a small one takes some 8 KiB, one for a whole page of things 60. */
  maximum: number
  /** Compiled at this use: queries seen once or twice are not worth it. */
  atUse: number
}

/** The data as JSON, what all objects in it cost, and the errors beside it. */
export interface WrittenAnswer {
  text: string
  cost: number
  /** What its long texts cost besides. */
  textPoints: number
  errors: readonly GraphQLError[]
}

/** How much may be written, and who hears as soon as it is more. */
export interface AnswerBounds {
  readonly bytes: number
  onTooLarge(): void
}

export type Compiled = (
  context: object,
  variables: Variables,
  bounds: AnswerBounds,
) => WrittenAnswer | Promise<WrittenAnswer>

/** A number of its own for each operation, and the variables that its @skip and @include ask. */
interface Known {
  number: number
  conditions: readonly string[]
}

export class CompiledQueries {
  private readonly schema: GraphQLSchema
  private readonly options: CompileOptions
  private readonly compiled: LRUCache<string, Compiled>
  private readonly known = new WeakMap<Operation, Known>()
  private count = 0

  constructor(schema: GraphQLSchema, options: CompileOptions) {
    this.schema = schema
    this.options = options
    this.compiled = new LRUCache({ max: options.maximum })
  }

  /** The compiled query for such variables, compiling it when it is due; null when graphql-js has to run it. */
  get(operation: Operation, variables: Variables): Compiled | null {
    // Mutations gain nothing measurable and are not the place to trust a second executor.
    if (!this.options.enabled || operation.node.operation !== OperationTypeNode.QUERY) return null
    if (operation.uses < this.options.atUse) return null
    const known = this.known.get(operation) ?? this.number(operation)
    let key = `${known.number}`
    for (const name of known.conditions) {
      const value = variables[name]
      // graphql-js says what is wrong with it, where it is met.
      if (typeof value !== 'boolean') return null
      key += value ? '+' : '-'
    }
    // Of these variables no more is kept than what the directives ask.
    const asked = () => Object.fromEntries(known.conditions.map((name) => [name, variables[name]]))
    let compiled = this.compiled.get(key)
    if (compiled === undefined) {
      compiled = this.compile(operation, asked())
      this.compiled.set(key, compiled)
    }
    return compiled
  }

  private number(operation: Operation): Known {
    const known = { number: this.count++, conditions: conditionsOf(operation) }
    this.known.set(operation, known)
    return known
  }

  private compile({ document, node }: Operation, conditions: Variables): Compiled {
    const parts = document.definitions.filter((part) => part.kind === Kind.FRAGMENT_DEFINITION)
    const fragments = Object.fromEntries(parts.map((fragment) => [fragment.name.value, fragment]))
    const write = answerWriter({ schema: this.schema, operation: node, fragments, conditions })
    return (context, variables, bounds) => {
      let tooLarge: AnswerTooLarge | null = null
      const writing: Writing = {
        context,
        variables,
        errors: [],
        cost: 0,
        textPoints: 0,
        charactersLeft: bounds.bytes,
        stop() {
          if (tooLarge === null) {
            tooLarge = new AnswerTooLarge(bounds.bytes)
            bounds.onTooLarge()
          }
          return tooLarge
        },
        args: new Map(),
      }
      const written = write(writing)
      return typeof written === 'string' ? answerOf(writing, written) : written.then((text) => answerOf(writing, text))
    }
  }

  get size(): number {
    return this.compiled.size
  }
}

const answerOf = ({ cost, textPoints, errors }: Writing, text: string): WrittenAnswer => ({
  text,
  cost,
  textPoints,
  errors,
})

function conditionsOf({ document, node }: Operation): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ name, arguments: given }) {
      const value = given?.[0]?.value
      if (/^(skip|include)$/.test(name.value) && value?.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  // The document's other operations have variables of their own.
  return (node.variableDefinitions ?? []).map(({ variable }) => variable.name.value).filter((name) => names.has(name))
}
