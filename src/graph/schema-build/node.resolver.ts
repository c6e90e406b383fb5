/** Answers Query.node and Query.nodes for things that the caller may see. */
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { badUserInput } from '../contract/errors.ts'
import { Node, type NodeLoaders, nodeById } from '../contract/node.ts'

const MOST_IDS = 100

/** The resolver class for these types; `loaders` is keyed by the type's name. */
export function nodeResolver<Context>(loaders: NodeLoaders<Context>) {
  @Resolver()
  class NodeResolver {
    @Query(() => Node, {
      nullable: true,
      description: 'One node; null when it is unknown, or invisible to the caller.',
    })
    node(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: object): Promise<object | null> {
      return nodeById(loaders, context as Context, id)
    }

    @Query(() => [Node], {
      nullable: 'items',
      description: 'At most 100 ids; unknown or invisible ids are null, in place.',
    })
    nodes(
      @Arg('ids', () => [ID], { description: 'Their ids, at most 100.' }) ids: string[],
      @Ctx() context: object,
    ): Promise<(object | null)[]> {
      if (ids.length > MOST_IDS) throw badUserInput(`"ids" has ${ids.length} ids; at most ${MOST_IDS} fit.`, 'ids')
      return Promise.all(ids.map((id) => nodeById(loaders, context as Context, id)))
    }
  }
  return NodeResolver
}
