/** Answers the graph's fields about payments, their refunds and their disputes. */
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { isOperator } from '../auth/permissions.ts'
import { Case } from '../cases/case.ts'
import { casesAbout } from '../cases/loaders.ts'
import type { Context } from '../context.ts'
import { Money } from '../graph/contract/money.ts'
import { inReadersZone, ReadersZone } from '../graph/contract/readers-zone.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import type { Loaded } from '../reading/loader.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { hasSettled, refundedMinor } from './balance.ts'
import { disputesOf } from './dispute.loaders.ts'
import { Dispute } from './dispute.ts'
import { type PaymentRow, paymentById, refundsOfPayment } from './loaders.ts'
import { Payment, PaymentAction, PaymentFailure } from './payment.ts'
import { OutsideSettlement, Refund } from './refund.ts'

interface OfPayment {
  paymentId: string
  /** The payment's row, when the way here led through it. */
  loaded?: PaymentRow
  amountMinor: number
  currency: string
}

type RefundRow = OfPayment & Pick<Refund, 'status' | 'requestedAt'>

const historyOfPayment = defineHistory('Payment')

const moneyOf = ({ amountMinor, currency }: Money): Money => ({ amountMinor, currency })

function refundedOf({ currency, capturedCurrency }: PaymentRow, refunds: readonly Refund[]): Money {
  return { amountMinor: refundedMinor(refunds), currency: capturedCurrency ?? currency }
}

/** So that the way back to the payment needs no read. */
const ofPayment = (payment: PaymentRow, rows: readonly object[]) => rows.map((row) => ({ ...row, loaded: payment }))

@Resolver(() => PaymentAction)
export class PaymentActionResolver {
  @FieldResolver(() => DateTime, { description: 'The page closes then, and the place is held until then.' })
  expiresAt(@Root() { expiresAt }: PaymentAction, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(expiresAt, timeZone)
  }
}

@Resolver(() => Payment)
export class PaymentResolver {
  @FieldResolver(() => Money, { description: 'What was asked.' })
  amount(@Root() payment: PaymentRow): Money {
    return moneyOf(payment)
  }

  @FieldResolver(() => Money, {
    description: 'The sum of all refunds that succeeded or were settled outside; disputes are not in it.',
  })
  refunded(@Root() payment: PaymentRow, @Ctx() context: Context): Loaded<Money> {
    const refunds = refundsOfPayment(context, payment)
    return refunds instanceof Promise
      ? refunds.then((loaded) => refundedOf(payment, loaded))
      : refundedOf(payment, refunds)
  }

  @FieldResolver(() => PaymentAction, {
    nullable: true,
    description: 'Where the buyer pays; null unless the status is REQUIRES_ACTION.',
  })
  action(@Root() { status, redirectUrl, actionExpiresAt }: PaymentRow): PaymentAction | null {
    if (status !== 'REQUIRES_ACTION' || redirectUrl === null || actionExpiresAt === null) return null
    return { redirectUrl, expiresAt: actionExpiresAt }
  }

  @FieldResolver(() => PaymentFailure, {
    nullable: true,
    description: 'Why it did not succeed, or why the last try did not; null when nothing went wrong.',
  })
  failure(@Root() { failureCode, failureMessage, failureRetryable }: PaymentRow): PaymentFailure | null {
    if (failureCode === null || failureMessage === null) return null
    return { code: failureCode, message: failureMessage, retryable: failureRetryable ?? false }
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The provider's reference of the checkout session or order; null unless the caller is an operator.",
  })
  providerReference(@Root() payment: PaymentRow, @Ctx() context: Context): string | null {
    return isOperator(context.viewer) ? payment.reference : null
  }

  @FieldResolver(() => [Refund], { description: 'Its refunds, the oldest first.' })
  refunds(@Root() payment: PaymentRow, @Ctx() context: Context): Loaded<object[]> {
    const refunds = refundsOfPayment(context, payment)
    return refunds instanceof Promise
      ? refunds.then((loaded) => ofPayment(payment, loaded))
      : ofPayment(payment, refunds)
  }

  @FieldResolver(() => [Dispute], { description: 'Its disputes, the oldest first.' })
  async disputes(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<object[]> {
    return ofPayment(payment, await disputesOf(context, payment.id))
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "When the card's network warned of fraud; null when it did not, or unless the caller is an operator.",
  })
  fraudWarningAt(@Root() { fraudWarningAt }: PaymentRow, @Ctx() { viewer }: Context): Date | null {
    return isOperator(viewer) ? fraudWarningAt : null
  }

  @FieldResolver(() => [Case], {
    nullable: true,
    description: 'Operators: what waits for a person about it; null for everybody else.',
  })
  cases(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<Case[] | null> {
    return casesAbout(context, payment.id)
  }

  @FieldResolver(() => [HistoryEntry], { description: 'What happened to it. Append-only, oldest first.' })
  history(@Root() payment: PaymentRow, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOfPayment(context, payment.id)
  }
}

@Resolver(() => Refund)
export class RefundResolver {
  @FieldResolver(() => Payment, { description: 'What is paid back.' })
  async payment(@Root() refund: OfPayment, @Ctx() context: Context): Promise<object | null> {
    return refund.loaded ?? paymentById(context, refund.paymentId)
  }

  @FieldResolver(() => Money, { description: 'How much.' })
  amount(@Root() refund: OfPayment): Money {
    return moneyOf(refund)
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'When it is tried next; null when it is not waiting.' })
  nextTryAt(@Root() { nextTryAt }: Refund, @ReadersZone() timeZone: string | null): Date | string | null {
    return inReadersZone(nextTryAt, timeZone)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the provider said, in its own words; null unless the caller is an operator.',
  })
  providerMessage(@Root() { providerMessage }: Refund, @Ctx() { viewer }: Context): string | null {
    return isOperator(viewer) ? providerMessage : null
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The provider's reference; null unless the caller is an operator.",
  })
  providerReference(@Root() { reference }: Refund, @Ctx() { viewer }: Context): string | null {
    return isOperator(viewer) ? reference : null
  }

  @FieldResolver(() => OutsideSettlement, {
    nullable: true,
    description: 'How it was paid back some other way; null unless SETTLED_OUTSIDE.',
  })
  outside(@Root() refund: Refund, @Ctx() { viewer }: Context): OutsideSettlement | null {
    const { outsideMethod: method, outsideSettledOn: settledOn } = refund
    if (method === null || settledOn === null) return null
    const forOperators = isOperator(viewer)
    return {
      method,
      settledOn,
      reference: forOperators ? refund.outsideReference : null,
      reason: forOperators ? refund.outsideReason : null,
    }
  }

  @FieldResolver(() => Dispute, {
    nullable: true,
    description: 'The dispute that this refund settled; null when none.',
  })
  async dispute(@Root() refund: RefundRow, @Ctx() context: Context): Promise<object | null> {
    const disputes = await disputesOf(context, refund.paymentId)
    return disputes.find((dispute) => hasSettled(refund, dispute)) ?? null
  }
}
