/** Finds an operation's uses of deprecated fields and values, so that unused ones go. */
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Variables } from '../execution/variables.ts'

/** Schema coordinates of what the text uses, each once, e.g. `Course.oldTitle`, `Query.courses(sort:)` or `Wish.old`. */
export function deprecatedUses(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode): string[] {
  const uses = new Set<string>()
  const types = new TypeInfo(schema)
  const definitions = document.definitions.filter((part) => part === node || part.kind === Kind.FRAGMENT_DEFINITION)
  const fieldOf = () => `${types.getParentType()?.name}.${types.getFieldDef()?.name}`
  visit(
    { kind: Kind.DOCUMENT, definitions } satisfies DocumentNode,
    visitWithTypeInfo(types, {
      Field: () => {
        if (types.getFieldDef()?.deprecationReason != null) uses.add(fieldOf())
      },
      Argument: () => {
        const argument = types.getArgument()
        if (argument?.deprecationReason != null) uses.add(`${fieldOf()}(${argument.name}:)`)
      },
      ObjectField: ({ name }) => {
        const type = getNamedType(types.getParentInputType())
        if (isInputObjectType(type) && type.getFields()[name.value]?.deprecationReason != null)
          uses.add(`${type.name}.${name.value}`)
      },
      EnumValue: () => {
        const value = types.getEnumValue()
        if (value?.deprecationReason != null) uses.add(`${getNamedType(types.getInputType())?.name}.${value.name}`)
      },
    }),
  )
  return [...uses]
}

/** What variables bring of the deprecated: input fields and enum values. Null when there is none in their types. */
export function deprecatedInputs(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): ((given: Variables) => Iterable<string>) | null {
  const typed = variableDefinitions.flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node)
    return isInputType(type) && holdsDeprecated(type, new Set()) ? [{ name: variable.name.value, type }] : []
  })
  if (typed.length === 0) return null
  return (given) => {
    const uses = new Set<string>()
    for (const { name, type } of typed) collect(type, given[name], uses)
    return uses
  }
}

function holdsDeprecated(wrapped: GraphQLInputType, seen: Set<unknown>): boolean {
  const type = getNamedType(wrapped)
  if (isEnumType(type)) return type.getValues().some(({ deprecationReason }) => deprecationReason != null)
  if (!isInputObjectType(type) || seen.has(type)) return false
  seen.add(type)
  return Object.values(type.getFields()).some(
    ({ deprecationReason, type: inner }) => deprecationReason != null || holdsDeprecated(inner, seen),
  )
}

function collect(wrapped: GraphQLInputType, value: unknown, uses: Set<string>): void {
  const type = getNullableType(wrapped)
  if (value == null) return
  if (isListType(type)) {
    // A single value stands for a list of one.
    for (const entry of Array.isArray(value) ? value : [value]) collect(type.ofType, entry, uses)
  } else if (isEnumType(type)) {
    const used = type.getValue(String(value))
    if (used?.deprecationReason != null) uses.add(`${type.name}.${used.name}`)
  } else if (isInputObjectType(type)) {
    for (const [name, inner] of Object.entries(value)) {
      const field = type.getFields()[name]
      if (field?.deprecationReason != null) uses.add(`${type.name}.${name}`)
      if (field) collect(field.type, inner, uses)
    }
  }
}
