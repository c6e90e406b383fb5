/** Declares with which refusals a mutation can answer, and lists them by mutation. */
import { type GraphQLObjectType, type GraphQLSchema, isInterfaceType, valueFromASTUntyped } from 'graphql'
import { Directive } from 'type-graphql'
import { type Refusal, refusalCode, type UserError } from './user-error.ts'

const DIRECTIVE_NAME = 'refusals'

/** The names of those that the function of a mutation answers with. */
type RefusalNames<Deed extends (...given: never) => unknown> =
  Awaited<ReturnType<Deed>> extends infer Answer
    ? Answer extends { refusals: readonly (infer One)[] }
      ? One extends Refusal<infer Name>
        ? Name
        : never
      : never
    : never

/** Each by its name; of a function that does not say which, none is right. */
type RefusalTypes<Name extends string> = string extends Name
  ? 'The function returns refusals without their types: leave its return type to the compiler.'
  : { [Each in Name]: new () => UserError & { readonly __typename: Each } }

/**
 * Lists the refusals of the mutation that this function does: a type that is missing, or that the function never returns,
 * does not compile. It is said in the description, and in the schema's text as @refusals.
 */
export function Refuses<Deed extends (...given: never) => unknown>(
  types: RefusalTypes<RefusalNames<Deed>>,
): MethodDecorator {
  const names = Object.keys(types).sort()
  return Directive(inText(names)) as MethodDecorator
}

const inText = (names: readonly string[]) =>
  `@${DIRECTIVE_NAME}(types: [${names.map((name) => `"${name}"`).join(', ')}])`

/** What a mutation can answer with. */
export interface MutationRefusal {
  /** The concrete type of the UserError. */
  type: string
  code: string
}

/** Sets on the built schema what was declared. Throws for a mutation that does not say it, or names what there is not. */
export function publishRefusals(schema: GraphQLSchema): void {
  const known = new Set(refusalTypesOf(schema).map(({ name }) => name))
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const declared = field.astNode?.directives?.find(({ name }) => name.value === DIRECTIVE_NAME)?.arguments?.[0]
    if (!declared) throw new Error(`Mutation.${field.name} does not say with what it refuses.`)
    const names = valueFromASTUntyped(declared.value) as string[]
    const stranger = names.find((name) => !known.has(name))
    if (stranger) throw new Error(`Mutation.${field.name} refuses with ${stranger}, which the schema does not have.`)
    field.extensions = { ...field.extensions, refusals: names }
    field.description = `${field.description ?? ''} Refuses with ${inWords(names)}.`.trim()
  }
}

/** Every concrete UserError of the schema. */
export function refusalTypesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const type = schema.getType('UserError')
  return isInterfaceType(type) ? schema.getPossibleTypes(type) : []
}

/** For each mutation, with which refusals it can answer, by name: for those who generate clients. */
export function refusalsByMutation(schema: GraphQLSchema): Record<string, readonly MutationRefusal[]> {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {})
  return Object.fromEntries(
    fields.map(({ name, extensions }) => {
      const types = (extensions.refusals ?? []) as readonly string[]
      return [name, types.map((type) => ({ type, code: refusalCode(type) }))]
    }),
  )
}

/** The same as the schema's text says it, by coordinate. */
export function refusalDirectives(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const listed = Object.entries(refusalsByMutation(schema))
  return new Map(listed.map(([name, refusals]) => [`Mutation.${name}`, inText(refusals.map(({ type }) => type))]))
}

function inWords(names: readonly string[]): string {
  const [last] = names.slice(-1)
  return names.length < 2 ? `${last ?? 'nothing'}` : `${names.slice(0, -1).join(', ')} or ${last}`
}
