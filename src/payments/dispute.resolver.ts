/** Answers the graph's fields about disputes, and operators' list of them. */
import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { isOperator, requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Money } from '../graph/contract/money.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { inReadersZone, ReadersZone } from '../graph/contract/readers-zone.ts'
import { DateTime, Url } from '../graph/contract/scalars.ts'
import { Operator } from '../institutions/operator.ts'
import { type Condition, readPage } from '../reading/list.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { LONGEST_SEARCH_CHARACTERS, MOST_STATUSES } from '../values/lengths.ts'
import { hasSettled, lostThrough } from './balance.ts'
import { type DisputeRow, disputeList } from './dispute.loaders.ts'
import { Dispute, DisputeConnection, DisputeStatus } from './dispute.ts'
import { DisputeReason, DisputeStage } from './dispute-stage.ts'
import { paymentById, refundsOf } from './loaders.ts'
import { dashboardUrl } from './papers/dashboard-url.ts'
import { searchCondition } from './papers/payment-filter.ts'
import { Payment } from './payment.ts'
import { Refund } from './refund.ts'

const historyOfDispute = defineHistory('Dispute')

@Resolver(() => Dispute)
export class DisputeResolver {
  @FieldResolver(() => Payment, { description: 'What is contested.' })
  async payment(@Root() dispute: DisputeRow, @Ctx() context: Context): Promise<object | null> {
    return dispute.loaded ?? paymentById(context, dispute.paymentId)
  }

  @FieldResolver(() => Money, { description: 'How much of it.' })
  amount(@Root() { amountMinor, currency }: DisputeRow): Money {
    return { amountMinor, currency }
  }

  @FieldResolver(() => DisputeReason, {
    nullable: true,
    description: 'Why, as the provider groups it; null unless the caller is an operator.',
  })
  reason(@Root() { reason }: DisputeRow, @Ctx() { viewer }: Context): DisputeReason | null {
    return isOperator(viewer) ? reason : null
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The provider's or network's own code; null unless the caller is an operator, or when there is none.",
  })
  reasonCode(@Root() { reasonCode }: DisputeRow, @Ctx() { viewer }: Context): string | null {
    return isOperator(viewer) ? reasonCode : null
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Until when evidence is taken; null unless the caller is an operator, or when none is taken.',
  })
  evidenceDueBy(
    @Root() { evidenceDueBy }: DisputeRow,
    @ReadersZone() timeZone: string | null,
    @Ctx() { viewer }: Context,
  ): Date | string | null {
    return inReadersZone(isOperator(viewer) ? evidenceDueBy : null, timeZone)
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Whether evidence was handed in at the provider; null unless the caller is an operator.',
  })
  evidenceSubmitted(@Root() { evidenceSubmitted }: DisputeRow, @Ctx() { viewer }: Context): boolean | null {
    return isOperator(viewer) ? evidenceSubmitted : null
  }

  @FieldResolver(() => Money, {
    description: 'What of the payment is gone through it, refunds that settled it left out: zero unless LOST.',
  })
  async lost(@Root() dispute: DisputeRow, @Ctx() context: Context): Promise<Money> {
    const refunds = await refundsOf(context, dispute.paymentId)
    return { amountMinor: lostThrough(dispute, refunds), currency: dispute.paidCurrency }
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'What the provider charges for it; null unless the caller is an operator, or when it does not say.',
  })
  fee(@Root() { feeMinor, feeCurrency }: DisputeRow, @Ctx() { viewer }: Context): Money | null {
    if (!isOperator(viewer) || feeMinor === null || feeCurrency === null) return null
    return { amountMinor: feeMinor, currency: feeCurrency }
  }

  @FieldResolver(() => [Refund], {
    description: 'Refunds that settled it; they are not counted a second time.',
  })
  async settledBy(@Root() dispute: DisputeRow, @Ctx() context: Context): Promise<Refund[]> {
    return (await refundsOf(context, dispute.paymentId)).filter((refund) => hasSettled(refund, dispute))
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The provider's reference; null unless the caller is an operator.",
  })
  providerReference(@Root() { reference }: DisputeRow, @Ctx() { viewer }: Context): string | null {
    return isOperator(viewer) ? reference : null
  }

  @FieldResolver(() => Url, {
    nullable: true,
    description: 'Where an operator answers it; null unless the caller is an operator.',
  })
  dashboardUrl(@Root() { provider, reference }: DisputeRow, @Ctx() { viewer }: Context): string | null {
    return isOperator(viewer) ? dashboardUrl(provider, 'DISPUTE', reference) : null
  }

  @FieldResolver(() => [HistoryEntry], {
    description: 'How it went, oldest first; an ended one can be taken up again.',
  })
  history(@Root() { id }: DisputeRow, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOfDispute(context, id)
  }
}

@Resolver(() => Operator)
export class OperatorDisputesResolver {
  @FieldResolver(() => DisputeConnection, {
    description: 'All disputes: open ones first by when evidence is due, then the newest.',
  })
  disputes(
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('status', () => [DisputeStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: DisputeStatus[] | null,
    @Arg('stage', () => [DisputeStage], { nullable: true, description: 'Only in these stages.' })
    @AtMost({ items: MOST_STATUSES })
    stage: DisputeStage[] | null,
    @Arg('search', () => String, { nullable: true, description: 'Any reference, name or e-mail address.' })
    @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
    search: string | null,
    @Arg('openedFrom', () => DateTime, { nullable: true, description: 'Opened at or after.' })
    openedFrom: Date | null,
    @Arg('openedUntil', () => DateTime, { nullable: true, description: 'Opened before.' })
    openedUntil: Date | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    const asked: [string, unknown][] = [
      ['d.status = any(?::text[])', status],
      ['d.stage = any(?::text[])', stage],
      ['d.opened_at >= ?', openedFrom],
      ['d.opened_at < ?', openedUntil],
    ]
    const conditions: Condition[] = asked.flatMap(([sql, value]) => (value == null ? [] : [{ sql, values: [value] }]))
    return readPage(context, disputeList, args, [...searchCondition('d.payment_id', search, ['search']), ...conditions])
  }
}
