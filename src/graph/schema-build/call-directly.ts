/** Calls argumentless resolvers directly, past type-graphql's work at every call. */
import type { GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema } from 'graphql'
import { type ContainerType, getMetadataStorage } from 'type-graphql'

type Method = (...params: unknown[]) => unknown

const instances = new Map<object, object>()

/** The one object of each resolver class; type-graphql's own container goes through all of them each time. */
export const resolverObjects: ContainerType = {
  get(someClass: new () => object) {
    const known = instances.get(someClass) ?? new someClass()
    instances.set(someClass, known)
    return known
  },
}

/** A resolver that hands over these parameters, in this order. */
function directly(object: object, method: Method, kinds: string): GraphQLFieldResolver<unknown, unknown> | null {
  switch (kinds) {
    case 'root':
      return (root) => method.call(object, root)
    case 'root,context':
      return (root, _args, context) => method.call(object, root, context)
    case 'root,context,info':
      return (root, _args, context, info) => method.call(object, root, context, info)
    case 'context':
      return (_root, _args, context) => method.call(object, context)
    case 'context,info':
      return (_root, _args, context, info) => method.call(object, context, info)
    default:
      return null
  }
}

interface Described {
  target: object
  methodName: string
  schemaName: string
  middlewares?: readonly unknown[]
  params?: readonly { kind: string; index: number; propertyName?: string | undefined; getType?: unknown }[]
}

/** What of the request and its parent, whole and as they are, the method takes; anything else is for type-graphql. */
function kindsOf({ params = [], middlewares = [] }: Described): string | null {
  if (middlewares.length > 0) return null
  const plain = params.every(({ kind, propertyName, getType }) => {
    if (propertyName !== undefined) return false
    return kind === 'context' || kind === 'info' || (kind === 'root' && getType === undefined)
  })
  return plain
    ? params
        .toSorted((one, other) => one.index - other.index)
        .map(({ kind }) => kind)
        .join()
    : null
}

/** Puts them in the place of type-graphql's on its schema. */
export function callDirectly(schema: GraphQLSchema): void {
  const storage = getMetadataStorage()
  const nameOf = new Map(storage.objectTypes.map(({ target, name }) => [target as object, name]))
  const place = (type: GraphQLObjectType | null | undefined, described: Described) => {
    const field = type?.getFields()[described.schemaName]
    const kinds = kindsOf(described)
    if (!field || kinds === null) return
    const object = resolverObjects.get(described.target as never, undefined as never) as Record<string, Method>
    const method = object[described.methodName]
    const resolve = method && directly(object, method, kinds)
    if (resolve) field.resolve = resolve
  }
  for (const described of storage.fieldResolvers) {
    const owner = described.getObjectType?.()
    if (described.kind === 'external' && owner) place(schema.getType(nameOf.get(owner) ?? '') as never, described)
  }
  for (const described of storage.queries) place(schema.getQueryType(), described)
}
