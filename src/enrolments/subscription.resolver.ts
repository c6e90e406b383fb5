/** Streams each change of an enrolment to those who may see it. */
import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { Context } from '../context.ts'
import { notFound } from '../graph/contract/errors.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { Enrolment } from './enrolment.ts'
import { visibleEnrolment } from './visible-enrolment.ts'

interface Asked {
  args: { enrolmentId: string }
  context: Context
}

const unknown = (id: string) => notFound(noSuch('Enrolment', id, 'There is no such enrolment.'), 'enrolmentId')

/** Refuses before anything is heard: what the caller may not see reads like what does not exist. */
async function changes({ args, context }: Asked): Promise<AsyncIterable<string>> {
  const id = uuidOf('Enrolment', args.enrolmentId)
  if (!id || !(await visibleEnrolment(context, id))) throw unknown(args.enrolmentId)
  return context.changesOf(`enrolment:${id}`)
}

@Resolver()
export class EnrolmentSubscriptionResolver {
  @Subscription(() => Enrolment, {
    description: 'The enrolment, each time that it has changed; changes that come together are told once.',
    subscribe: (asked) => changes(asked as unknown as Asked),
  })
  async enrolmentUpdated(
    @Arg('enrolmentId', () => ID, { description: 'The enrolment.' }) enrolmentId: string,
    @Root() topic: string,
    @Ctx() context: Context,
  ): Promise<object> {
    context.loads.clear()
    const seen = await visibleEnrolment(context, topic.slice(topic.indexOf(':') + 1))
    if (!seen) throw unknown(enrolmentId)
    return seen
  }
}
