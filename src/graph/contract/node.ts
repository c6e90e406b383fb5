/** Declares nodes and how each is fetched again by its global id. */
import { Field, ID, InterfaceType } from 'type-graphql'
import { readGlobalId } from './global-id.ts'

@InterfaceType({
  description: 'Anything that can be fetched again by its id.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and stable; the same thing always has the same id.' })
  id!: string
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
