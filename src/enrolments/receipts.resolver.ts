/** Answers the papers of an enrolment and of a learner. */
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { requireOwnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { Learner } from '../learners/learner.ts'
import { Acknowledgement } from '../payments/papers/acknowledgement.ts'
import { acknowledgementsOf, receiptsOfEnrolment, receiptsOfLearner } from '../payments/papers/loaders.ts'
import { Receipt, ReceiptConnection } from '../payments/papers/receipt.ts'
import { Enrolment } from './enrolment.ts'

@Resolver(() => Enrolment)
export class EnrolmentReceiptsResolver {
  @FieldResolver(() => [Receipt], { description: 'Receipts and credit notes, the oldest first.' })
  receipts(@Root() { id }: { id: string }, @Ctx() context: Context): Promise<Receipt[]> {
    return receiptsOfEnrolment(context, id)
  }

  @FieldResolver(() => [Acknowledgement], {
    description: 'What was asked and confirmed, the oldest first: the record that the buyer keeps.',
  })
  acknowledgements(@Root() { id }: { id: string }, @Ctx() context: Context): Promise<object[]> {
    return acknowledgementsOf(context, id)
  }
}

@Resolver(() => Learner)
export class LearnerReceiptsResolver {
  @FieldResolver(() => ReceiptConnection, { description: 'Their receipts and credit notes, newest first.' })
  receipts(
    @Root() { id }: { id: string },
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<Receipt>> {
    requireOwnerOrOperator(context.viewer, id)
    return receiptsOfLearner(context, id, args)
  }
}
