/** Streams each change of a transfer application to those who may see it. */
import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { Context } from '../../context.ts'
import { notFound } from '../../graph/contract/errors.ts'
import { uuidOf } from '../../graph/contract/global-id.ts'
import { noSuch } from '../../graph/contract/no-such.ts'
import { visibleApplication } from './application.loaders.ts'
import { TransferApplication } from './transfer-application.ts'

interface Asked {
  args: { applicationId: string }
  context: Context
}

const unknown = (id: string) =>
  notFound(noSuch('TransferApplication', id, 'There is no such application.'), 'applicationId')

/** Refuses before anything is heard: what the caller may not see reads like what does not exist. */
async function changes({ args, context }: Asked): Promise<AsyncIterable<string>> {
  const id = uuidOf('TransferApplication', args.applicationId)
  if (!id || !(await visibleApplication(context, id))) throw unknown(args.applicationId)
  return context.changesOf(`application:${id}`)
}

@Resolver()
export class TransferApplicationSubscriptionResolver {
  @Subscription(() => TransferApplication, {
    description: 'The application, each time that it has changed; changes that come together are told once.',
    subscribe: (asked) => changes(asked as unknown as Asked),
  })
  async transferApplicationUpdated(
    @Arg('applicationId', () => ID, { description: 'The application.' }) applicationId: string,
    @Root() topic: string,
    @Ctx() context: Context,
  ): Promise<object> {
    context.loads.clear()
    const seen = await visibleApplication(context, topic.slice(topic.indexOf(':') + 1))
    if (!seen) throw unknown(applicationId)
    return seen
  }
}
