/** Answers the graph's fields about reconciliations, and begins them. */
import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql'
import type { Context } from '../../context.ts'
import { ForwardArgs, type Page } from '../../graph/contract/page.ts'
import { Refuses } from '../../graph/contract/refuses.ts'
import { NotFound, UserError } from '../../graph/contract/user-error.ts'
import { ListMark } from '../../store/list-mark.ts'
import { correctionsOf, reconciliationAnew } from '../loaders.ts'
import { askReconciliation } from './ask-reconciliation.ts'
import { CorrectionConnection, type KeptListRead, Reconciliation } from './reconciliation.ts'

@InputType({ description: 'Whether to put right what is found, or only to report it.' })
class ReconcileInput {
  @Field(() => Boolean, { defaultValue: true, description: 'Report only.' })
  dryRun!: boolean

  @Field(() => ID, { nullable: true, description: 'Only this payment; everything when it is not given.' })
  paymentId!: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The pass that was begun.' })
class ReconcilePayload {
  @Field(() => Reconciliation, {
    nullable: true,
    description:
      'It; `finishedAt` is null until it has ended. One at a time: it begins when the one that runs has ended.',
  })
  reconciliation!: Reconciliation | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

interface ReconciliationRow {
  id: string
  lists: KeptListRead[]
}

@Resolver(() => Reconciliation)
export class ReconciliationResolver {
  @FieldResolver(() => CorrectionConnection, { description: 'What it found different, in the order it was found.' })
  corrections(
    @Root() reconciliation: ReconciliationRow,
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    return correctionsOf(context, reconciliation.id, args)
  }

  @FieldResolver(() => [ListMark], { description: 'Each list that it read, and how far.' })
  lists(@Root() reconciliation: ReconciliationRow): object[] {
    const dated = (text: string | null) => (text === null ? null : new Date(text))
    return reconciliation.lists.map(({ source, list, readUntil, succeededAt, problem }) => ({
      source,
      list,
      readUntil: dated(readUntil),
      succeededAt: dated(succeededAt),
      problem,
    }))
  }

  @Mutation(() => ReconcilePayload, {
    nullable: true,
    description: 'Operators: looks at everything, or at one payment, now.',
  })
  @Refuses<typeof askReconciliation>({ NotFound })
  async reconcile(
    @Arg('input', () => ReconcileInput, { description: 'How.' }) input: ReconcileInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { reconciliationId, refusals } = await askReconciliation(context, input)
    const reconciliation = reconciliationId && (await reconciliationAnew(context, reconciliationId))
    return { reconciliation, userErrors: refusals }
  }
}
