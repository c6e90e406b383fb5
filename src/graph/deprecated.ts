/** Which deprecated fields, arguments and enum values an operation uses, so that they can be removed when nobody does. */
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** Schema coordinates, each once, e.g. `Course.oldTitle` or `Query.courses(sort:)`. */
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
      EnumValue: () => {
        const value = types.getEnumValue()
        if (value?.deprecationReason != null)
          uses.add(`${String(types.getInputType()).replace(/[[\]!]/g, '')}.${value.name}`)
      },
    }),
  )
  return [...uses]
}
