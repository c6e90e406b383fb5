/** Answers operators' fields about payments, refunds and reconciliations. */

import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Money } from '../graph/contract/money.ts'
import { Node } from '../graph/contract/node.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { Operator } from '../institutions/operator.ts'
import { type Condition, readPage } from '../reading/list.ts'
import { ListMark } from '../store/list-mark.ts'
import { LONGEST_REFERENCE_CHARACTERS, LONGEST_SEARCH_CHARACTERS, MOST_STATUSES } from '../values/lengths.ts'
import { disputeNode } from './dispute.loaders.ts'
import {
  listsRead,
  paymentList,
  paymentNode,
  permissionsMissing,
  reconciliationList,
  refundList,
  refundNode,
} from './loaders.ts'
import { MissingPermission } from './missing-permission.ts'
import { namedPayments } from './papers/found-payments.rules.ts'
import { PaymentFilter, paymentConditions, searchCondition } from './papers/payment-filter.ts'
import { PaymentConnection, PaymentStatus } from './payment.ts'
import { ProviderObject } from './provider-object.ts'
import { Correction, ReconciliationConnection } from './reconciliation/reconciliation.ts'
import { RefundConnection, RefundStatus, RefundWait } from './refund.ts'

interface CorrectionRow {
  subjectKind: string | null
  subjectId: string | null
}

const subjects: Record<string, (context: Context, uuid: string) => Promise<object | null>> = {
  Payment: paymentNode,
  Refund: refundNode,
  Dispute: disputeNode,
  Enrolment: (context, uuid) => context.paymentSubject.node(context, uuid),
}

const statusIs = (column: string, status: readonly string[] | null | undefined): Condition[] =>
  status == null ? [] : [{ sql: `${column} = any(?::text[])`, values: [status] }]

@Resolver(() => Operator)
export class OperatorPaymentsResolver {
  @FieldResolver(() => PaymentConnection, { description: 'All payments, the newest first.' })
  payments(
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('status', () => [PaymentStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: PaymentStatus[] | null,
    @Arg('providerReference', () => String, {
      nullable: true,
      description:
        'Only that of this reference, whatever kind of reference it is; small and capital letters are alike.',
    })
    @AtMost({ characters: LONGEST_REFERENCE_CHARACTERS })
    providerReference: string | null,
    @Arg('filter', () => PaymentFilter, { nullable: true, description: 'Narrows the list.' })
    filter: PaymentFilter | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    const conditions = [...statusIs('p.status', status), ...paymentConditions(filter)]
    if (providerReference != null) conditions.push(namedPayments('p.id', providerReference))
    return readPage(context, paymentList, args, conditions)
  }

  @FieldResolver(() => RefundConnection, { description: 'All refunds, the newest first.' })
  refunds(
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('status', () => [RefundStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: RefundStatus[] | null,
    @Arg('search', () => String, { nullable: true, description: 'Any reference, name or e-mail address.' })
    @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
    search: string | null,
    @Arg('waitingFor', () => [RefundWait], { nullable: true, description: 'Only those that wait for this.' })
    @AtMost({ items: MOST_STATUSES })
    waitingFor: RefundWait[] | null,
    @Arg('requestedFrom', () => DateTime, { nullable: true, description: 'Asked for at or after.' })
    requestedFrom: Date | null,
    @Arg('requestedUntil', () => DateTime, { nullable: true, description: 'Asked for before.' })
    requestedUntil: Date | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    return readPage(context, refundList, args, [
      ...statusIs('r.status', status),
      ...statusIs('r.waiting_for', waitingFor),
      ...(requestedFrom == null ? [] : [{ sql: 'r.requested_at >= ?', values: [requestedFrom] }]),
      ...(requestedUntil == null ? [] : [{ sql: 'r.requested_at < ?', values: [requestedUntil] }]),
      ...searchCondition('r.payment_id', search, ['search']),
    ])
  }

  @FieldResolver(() => ReconciliationConnection, { description: 'All reconciliations, the newest first.' })
  reconciliations(@Args(() => ForwardArgs) args: ForwardArgs, @Ctx() context: Context): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    return readPage(context, reconciliationList, args)
  }

  @FieldResolver(() => [ListMark], { description: 'How far each list of each upstream has been read.' })
  lists(@Ctx() context: Context): Promise<ListMark[]> {
    requireOperator(context.viewer)
    return listsRead(context)
  }

  @FieldResolver(() => [MissingPermission], {
    description: 'What our keys lack at each provider; empty when nothing.',
  })
  missingPermissions(@Ctx() context: Context): Promise<MissingPermission[]> {
    requireOperator(context.viewer)
    return permissionsMissing(context)
  }
}

@Resolver(() => Correction)
export class CorrectionResolver {
  @FieldResolver(() => Node, {
    nullable: true,
    description: 'What it is about; null when nothing here corresponds.',
  })
  async subject(@Root() { subjectKind, subjectId }: CorrectionRow, @Ctx() context: Context): Promise<object | null> {
    const load = subjects[subjectKind ?? '']
    const row = load && subjectId ? await load(context, subjectId) : null
    return row && { ...row, __typename: subjectKind }
  }
}

@Resolver(() => ProviderObject)
export class ProviderObjectResolver {
  @FieldResolver(() => Money, { nullable: true, description: 'What was taken; null when nothing was.' })
  captured(@Root() { capturedMinor, currency }: ProviderObject): Money {
    return { amountMinor: capturedMinor, currency } as Money
  }

  @FieldResolver(() => Money, { nullable: true, description: 'What of it went back there.' })
  refunded(@Root() { refundedMinor, currency }: ProviderObject): Money {
    return { amountMinor: refundedMinor, currency } as Money
  }
}
