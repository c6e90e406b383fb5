/** Restores the directives of field resolvers' arguments, which type-graphql drops. */
import {
  type GraphQLArgument,
  type GraphQLSchema,
  type InputObjectTypeDefinitionNode,
  isInterfaceType,
  isObjectType,
  parse,
} from 'graphql'
import { getMetadataStorage } from 'type-graphql'

/** It looks for them at the class of the object, not at the resolver's (2.0.0-rc.4). */
export function restoreArgumentDirectives(schema: GraphQLSchema): void {
  const { argumentDirectives, fieldResolvers, interfaceTypes, objectTypes } = getMetadataStorage()
  const nameOf = new Map<unknown, string>([...objectTypes, ...interfaceTypes].map(({ target, name }) => [target, name]))
  for (const { target, methodName, schemaName, params = [], getObjectType } of fieldResolvers) {
    const owner = nameOf.get(getObjectType?.()) ?? ''
    for (const param of params) {
      const found = argumentDirectives.filter(
        (one) => one.target === target && one.fieldName === methodName && one.parameterIndex === param.index,
      )
      if (param.kind !== 'arg' || found.length === 0) continue
      const texts = found.map(({ directive }) => directive.nameOrDefinition)
      for (const argument of argumentsOf(schema, owner, schemaName, param.name)) restore(argument, texts)
    }
  }
}

/** Of the type's field, and of those types that have it by implementing the type. */
function argumentsOf(schema: GraphQLSchema, typeName: string, fieldName: string, name: string): GraphQLArgument[] {
  const type = schema.getType(typeName)
  const types = isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : isObjectType(type) ? [type] : []
  return types.flatMap((one) => one.getFields()[fieldName]?.args.filter((argument) => argument.name === name) ?? [])
}

function restore(argument: GraphQLArgument, directives: readonly string[]): void {
  const text = `input Carrier { ${argument.name}: ${argument.type} ${directives.join(' ')} }`
  const [carrier] = parse(text, { noLocation: true }).definitions as InputObjectTypeDefinitionNode[]
  argument.astNode = carrier?.fields?.[0]
}
