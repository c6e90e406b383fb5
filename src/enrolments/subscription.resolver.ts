/** Streams each change of an enrolment to those who may see it. */
import { Arg, Ctx, Field, ID, ObjectType, Resolver, Root, Subscription } from 'type-graphql'
import { isOwner, requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { notFound } from '../graph/contract/errors.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { Learner } from '../learners/learner.ts'
import { learnerById } from '../learners/loaders.ts'
import { ENROLMENTS_TOPIC } from './announce-enrolment.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentById } from './loaders.ts'
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

@ObjectType({ simpleResolvers: true, description: "That something of the viewer's enrolments has changed." })
class EnrolmentsChange {
  @Field(() => Enrolment, {
    nullable: true,
    description: 'The one that has changed, as it stands; null when any may have, unheard: ask for the list anew.',
  })
  enrolment!: Enrolment | null

  @Field(() => Learner, { description: 'Whose they are: leads to the list.' })
  learner!: Learner
}

/** Nobody hears of another's enrolments: the topic is the viewer's own. */
function ownChanges({ context }: Pick<Asked, 'context'>): AsyncIterable<string> {
  const learner = requireLearner(context.viewer)
  return context.changesOf(`${ENROLMENTS_TOPIC}:${learner.id}`)
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

  @Subscription(() => EnrolmentsChange, {
    description:
      "Each change of any of the viewer's enrolments: a new one, its status, payments, progress or credit. Changes of one that come together are told once.",
    subscribe: (asked) => ownChanges(asked as unknown as Asked),
  })
  async myEnrolmentsChanged(@Root() event: string, @Ctx() context: Context): Promise<object> {
    context.loads.clear()
    const { id } = requireLearner(context.viewer)
    const [, changed] = event.split('/')
    const enrolment = changed === undefined ? null : await enrolmentById(context, changed)
    return {
      enrolment: enrolment && isOwner(context.viewer, enrolment.learnerId) ? enrolment : null,
      learner: await learnerById(context, id),
    }
  }
}
