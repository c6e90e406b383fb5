/** Declares how long a text or list that clients send may be. */
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql'
import { Directive } from 'type-graphql'

export interface Bound {
  /** Of the text, or of each text in the list. */
  characters?: number
  /** Of the list, and of each list in it. */
  items?: number
  /** The mutation refuses what is longer itself, in userErrors; only what is far longer never gets there. */
  inUserErrors?: boolean
}

/** What a schema calls an input: it is declared there, with its type. */
export type Input = GraphQLArgument | GraphQLInputField

const DIRECTIVE_NAME = 'atMost'
const unbounded: Bound = Object.freeze({})

/** Bounds an argument or input field. It is enforced before any resolver runs, and said in the description. */
export function AtMost(bound: Bound): PropertyDecorator & ParameterDecorator {
  const parts = Object.entries(bound).map(([name, value]) => `${name}: ${value}`)
  return Directive(`@${DIRECTIVE_NAME}(${parts.join(', ')})`) as PropertyDecorator & ParameterDecorator
}

/** The bound of an input; of one that has none, an empty one. */
export function boundOf({ extensions }: Input): Bound {
  return (extensions.bound as Bound | undefined) ?? unbounded
}

/** Sets on the built schema what was declared: for those who enforce it and, in words, for those who read it. */
export function publishBounds(schema: GraphQLSchema): void {
  for (const input of inputsOf(schema)) {
    const declared = input.astNode?.directives?.find(({ name }) => name.value === DIRECTIVE_NAME)
    if (!declared) continue
    const parts = declared.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]) ?? []
    const bound: Bound = Object.fromEntries(parts)
    input.extensions = { ...input.extensions, bound }
    input.description = `${input.description ?? ''} ${inWords(bound)}`.trim()
  }
}

/** Every argument and input field of the schema's own types. */
export function inputsOf(schema: GraphQLSchema): Input[] {
  return Object.values(schema.getTypeMap()).flatMap((type): Input[] => {
    if (type.name.startsWith('__')) return []
    if (isInputObjectType(type)) return Object.values(type.getFields())
    if (!isObjectType(type) && !isInterfaceType(type)) return []
    return Object.values(type.getFields()).flatMap(({ args }) => args)
  })
}

function inWords({ items, characters }: Bound): string {
  if (items === undefined) return `At most ${characters} characters.`
  return characters === undefined ? `At most ${items} items.` : `At most ${items} items of ${characters} characters.`
}
