/** Query.node and Query.nodes: any node again by its id, when the caller may see it. */
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { badUserInput } from './errors.ts'
import { Node, readGlobalId } from './node.ts'

/** Loads one row of a type as the caller may see it; null when there is none or the caller may not. */
export type NodeLoader<Ctx> = (context: Ctx, uuid: string) => Promise<object | null>

const maximumIds = 100

/** The resolver class for these types; `loaders` is keyed by the type's name. */
export function nodeResolver<Context>(loaders: Record<string, NodeLoader<Context>>) {
  async function load(context: Context, id: string): Promise<object | null> {
    const read = readGlobalId(id)
    const loader = read && loaders[read.typeName]
    const row = loader ? await loader(context, read.uuid) : null
    return row && { ...row, __typename: read!.typeName }
  }

  @Resolver()
  class NodeResolver {
    @Query(() => Node, {
      nullable: true,
      description: 'One node; null when it is unknown, or invisible to the caller.',
    })
    node(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: object): Promise<object | null> {
      return load(context as Context, id)
    }

    @Query(() => [Node], {
      nullable: 'items',
      description: 'At most 100 ids; unknown or invisible ids are null, in place.',
    })
    nodes(
      @Arg('ids', () => [ID], { description: 'Their ids, at most 100.' }) ids: string[],
      @Ctx() context: object,
    ): Promise<(object | null)[]> {
      if (ids.length > maximumIds) throw badUserInput(`"ids" has ${ids.length} ids; at most ${maximumIds} fit.`, 'ids')
      return Promise.all(ids.map((id) => load(context as Context, id)))
    }
  }
  return NodeResolver
}
