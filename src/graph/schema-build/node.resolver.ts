/** Answers Query.node and Query.nodes for things that the caller may see. */
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { AtMost } from '../contract/at-most.ts'
import { Node, type NodeLoaders, nodeById } from '../contract/node.ts'

/** As many as a page has at most. */
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
      nullable: 'itemsAndList',
      description: 'Several nodes; unknown or invisible ids are null, in place.',
    })
    nodes(
      @Arg('ids', () => [ID], { description: 'Their ids.' }) @AtMost({ items: MOST_IDS }) ids: string[],
      @Ctx() context: object,
    ): Promise<(object | null)[]> {
      return Promise.all(ids.map((id) => nodeById(loaders, context as Context, id)))
    }
  }
  return NodeResolver
}
