/** What operators see of the money: every payment, refund and reconciliation. */
import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { ForwardArgs, type Page, PageArgs } from '../graph/page.ts'
import { Operator } from '../institutions/operator.ts'
import { type Condition, readPage } from '../store/list.ts'
import { allPayments, allReconciliations, allRefunds, correctionsOf } from './loaders.ts'
import { type Payment, PaymentConnection, PaymentStatus } from './payment.ts'
import { type Correction, CorrectionConnection, Reconciliation, ReconciliationConnection } from './reconciliation.ts'
import { type Refund, RefundConnection, RefundStatus } from './refund.ts'

interface Row {
  id: string
}

const anyStatus = (column: string, status: readonly string[] | null): Condition[] =>
  status ? [{ sql: `${column} = any(?::text[])`, value: status }] : []

@Resolver(() => Operator)
export class OperatorMoneyResolver {
  @FieldResolver(() => ReconciliationConnection, {
    description: 'Passes over what may have been missed, newest first.',
  })
  reconciliations(@Args(() => ForwardArgs) args: PageArgs, @Ctx() context: Context): Promise<Page<Reconciliation>> {
    requireOperator(context.viewer)
    return readPage(context, allReconciliations, args)
  }

  @FieldResolver(() => PaymentConnection, { description: 'All payments, newest first.' })
  payments(
    @Args(() => ForwardArgs) args: PageArgs,
    @Arg('status', () => [PaymentStatus], { nullable: true, description: 'Any of these.' })
    status: PaymentStatus[] | null,
    @Arg('providerReference', () => String, { nullable: true, description: 'Session, order, intent or capture.' })
    providerReference: string | null,
    @Ctx() context: Context,
  ): Promise<Page<Payment>> {
    requireOperator(context.viewer)
    const conditions = anyStatus('p.status', status)
    if (providerReference) conditions.push({ sql: '? in (p.reference, p.capture_reference)', value: providerReference })
    return readPage(context, allPayments, args, conditions)
  }

  @FieldResolver(() => RefundConnection, { description: 'All refunds, newest first.' })
  refunds(
    @Args(() => ForwardArgs) args: PageArgs,
    @Arg('status', () => [RefundStatus], { nullable: true, description: 'Any of these.' })
    status: RefundStatus[] | null,
    @Ctx() context: Context,
  ): Promise<Page<Refund>> {
    requireOperator(context.viewer)
    return readPage(context, allRefunds, args, anyStatus('f.status', status))
  }
}

@Resolver(() => Reconciliation)
export class ReconciliationResolver {
  @FieldResolver(() => CorrectionConnection, { description: 'What it found different, in order.' })
  corrections(
    @Root() reconciliation: Row,
    @Args(() => ForwardArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<Correction>> {
    return correctionsOf(context, reconciliation.id, args)
  }
}
