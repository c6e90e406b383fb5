/** Opaque global ids: what a client calls an id, joined from the type's name and the row's uuid. */
import { Field, ID, InterfaceType } from 'type-graphql'

@InterfaceType({
  description: 'Anything that can be fetched again by its id.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and stable; the same thing always has the same id.' })
  id!: string
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The id that clients see of a row. */
export function globalId(typeName: string, uuid: string): string {
  return Buffer.from(`${typeName}:${uuid}`, 'latin1').toString('base64url')
}

/** Type and uuid behind a client's id; null when it is not an id of ours. */
export function readGlobalId(id: string): { typeName: string; uuid: string } | null {
  if (id.length > 120) return null
  const text = Buffer.from(id, 'base64url').toString('latin1')
  const colon = text.indexOf(':')
  const typeName = text.slice(0, colon)
  const uuid = text.slice(colon + 1)
  if (colon < 1 || !uuidPattern.test(uuid) || globalId(typeName, uuid) !== id) return null
  return { typeName, uuid }
}

/** The uuid behind a client's id when it is of that type; null otherwise, so that a wrong id reads like an unknown one. */
export function uuidOf(typeName: string, id: string): string | null {
  const read = readGlobalId(id)
  return read?.typeName === typeName ? read.uuid : null
}

/** Loads one row of a type as the caller may see it; null when there is none or the caller may not. */
export type NodeLoader<Context> = (context: Context, uuid: string) => Promise<object | null>

/** What an id opens, by type: the only way to a single thing, whoever asks and by whatever field. */
export type NodeLoaders<Context> = Readonly<Record<string, NodeLoader<Context>>>

/** The row behind a client's id, with its type's name; null when it is unknown, invisible to the caller, or not an id. */
export async function nodeById<Context>(
  loaders: NodeLoaders<Context>,
  context: Context,
  id: string,
): Promise<({ __typename: string } & object) | null> {
  const read = readGlobalId(id)
  const loader = read && Object.hasOwn(loaders, read.typeName) ? loaders[read.typeName] : undefined
  const row = read && loader ? await loader(context, read.uuid) : null
  return row && { ...row, __typename: read!.typeName }
}
