/** Ids of nodes as compiled queries read them: leaves that are taken from the row, not a resolver's call for each. */
import {
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLNonNull,
  GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { globalId } from './global-id.ts'

const typeNames = new WeakMap<GraphQLFieldResolver<never, unknown>, string>()

/** The resolver of a node's id, for whoever does not compile. */
export function idResolver(typeName: string): GraphQLFieldResolver<{ id: string }, unknown> {
  const resolve = ({ id }: { id: string }) => globalId(typeName, id)
  typeNames.set(resolve, typeName)
  return resolve
}

/** Runs `compile` while the schema's ids are such leaves; everybody else sees them as they are. */
export type WithPlainIds = <Result>(compile: () => Result) => Result

type Kind = Pick<GraphQLField<unknown, unknown>, 'type' | 'resolve'>

export function plainIdsOf(schema: GraphQLSchema): WithPlainIds {
  const ids = Object.values(schema.getTypeMap()).flatMap((type) => {
    const field = isObjectType(type) ? type.getFields().id : undefined
    const typeName = field?.resolve && typeNames.get(field.resolve as never)
    if (!field || !typeName) return []
    const leaf = new GraphQLScalarType({
      name: `IdOf${typeName}`,
      serialize: (uuid) => globalId(typeName, uuid as string),
    })
    const plain: Kind = { type: new GraphQLNonNull(leaf), resolve: undefined }
    const own: Kind = { type: field.type, resolve: field.resolve }
    return [{ field, plain, own }]
  })
  return (compile) => {
    for (const { field, plain } of ids) Object.assign(field, plain)
    try {
      return compile()
    } finally {
      for (const { field, own } of ids) Object.assign(field, own)
    }
  }
}
