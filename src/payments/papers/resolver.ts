/** Answers the graph's fields about receipts and references. */
import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { isOperator } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { Money } from '../../graph/contract/money.ts'
import { DateTime, TimeZone, Url } from '../../graph/contract/scalars.ts'
import { inZone, isTimeZone } from '../../values/dates.ts'
import { type PaymentRow, paymentById, refundById } from '../loaders.ts'
import { Payment } from '../payment.ts'
import { Refund } from '../refund.ts'
import { dashboardUrl } from './dashboard-url.ts'
import { documentAddress } from './document-link.ts'
import { creditNoteOf, receiptById, receiptsOfPayment, referencesOf } from './loaders.ts'
import { PaymentReference } from './payment-reference.ts'
import { PaymentSettlement, settlementOf } from './payment-settlement.ts'
import { Receipt, ReceiptLine } from './receipt.ts'

/** In the reader's zone where that is one. */
function shownIn(instant: Date, timeZone: string | null): Date | string {
  return timeZone != null && isTimeZone(timeZone) ? inZone(instant, timeZone) : instant
}

@Resolver(() => Receipt)
export class ReceiptResolver {
  @FieldResolver(() => DateTime, { description: 'When it was made.' })
  issuedAt(
    @Root() { issuedAt }: Receipt,
    @Arg('timeZone', () => TimeZone, { nullable: true, description: "The reader's zone." }) timeZone: string | null,
  ): Date | string {
    return shownIn(issuedAt, timeZone)
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Set when the money of a credit note came back from the bank; null otherwise.',
  })
  voidedAt(@Root() { voidedAt }: Receipt): Date | null {
    return voidedAt
  }

  @FieldResolver(() => Payment, { description: 'The payment.' })
  payment(@Root() { paymentId }: Receipt, @Ctx() context: Context): Promise<object | null> {
    return paymentById(context, paymentId)
  }

  @FieldResolver(() => Refund, { nullable: true, description: 'The refund; null for a receipt.' })
  async refund(@Root() { refundId }: Receipt, @Ctx() context: Context): Promise<object | null> {
    return refundId === null ? null : refundById(context, refundId)
  }

  @FieldResolver(() => Receipt, {
    nullable: true,
    description: 'The receipt that a credit note is about; null for a receipt.',
  })
  async corrects(@Root() { correctsId }: Receipt, @Ctx() context: Context): Promise<Receipt | null> {
    return correctsId === null ? null : receiptById(context, correctsId)
  }

  @FieldResolver(() => [ReceiptLine], {
    description: 'What was bought; amounts of a credit note are positive too.',
  })
  lines(@Root() { keptLines, currency }: Receipt): ReceiptLine[] {
    const money = (amountMinor: number) => ({ amountMinor, currency }) as Money
    return keptLines.map(({ netMinor, taxMinor, grossMinor, ...line }) => ({
      ...line,
      net: money(netMinor),
      tax: money(taxMinor),
      gross: money(grossMinor),
    }))
  }

  @FieldResolver(() => Money, { description: 'Sum of the lines, tax included.' })
  total(@Root() { totalMinor, currency }: Receipt): Money {
    return { amountMinor: totalMinor, currency } as Money
  }

  @FieldResolver(() => Money, { description: 'The tax in it; zero when exempt.' })
  tax(@Root() { taxMinor, currency }: Receipt): Money {
    return { amountMinor: taxMinor, currency } as Money
  }

  @FieldResolver(() => Url, {
    description: 'The same as a page to print; the link lasts 24 hours, ask again for another.',
  })
  documentUrl(@Root() { id }: Receipt, @Ctx() context: Context): Promise<string> {
    return documentAddress(context, 'receipt', id)
  }
}

@Resolver(() => PaymentReference)
export class PaymentReferenceResolver {
  @FieldResolver(() => String, { description: 'As the provider writes it.' })
  value(@Root() { written }: PaymentReference): string {
    return written
  }

  @FieldResolver(() => Url, {
    nullable: true,
    description: 'Where an operator sees it; null when there is no such page.',
  })
  dashboardUrl(@Root() { provider, kind, written }: PaymentReference): string | null {
    return dashboardUrl(provider, kind, written)
  }
}

@Resolver(() => Payment)
export class PaymentPapersResolver {
  @FieldResolver(() => [Receipt], { description: 'Receipts and credit notes, the oldest first.' })
  receipts(@Root() { id }: PaymentRow, @Ctx() context: Context): Promise<Receipt[]> {
    return receiptsOfPayment(context, id)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The buyer's e-mail address when this was paid, as sent to the provider; null unless the caller is an operator.",
  })
  buyerEmail(@Root() { buyerEmail }: PaymentRow, @Ctx() { viewer }: Context): string | null {
    return isOperator(viewer) ? buyerEmail : null
  }

  @FieldResolver(() => PaymentSettlement, {
    nullable: true,
    description:
      'What the provider kept and paid out; null unless the caller is an operator, or until the provider says so.',
  })
  settlement(@Root() payment: PaymentRow, @Ctx() { viewer }: Context): PaymentSettlement | null {
    return isOperator(viewer) ? settlementOf(payment) : null
  }

  @FieldResolver(() => [PaymentReference], {
    nullable: true,
    description:
      'Everything by which dashboards, statements and receipts name it; null unless the caller is an operator.',
  })
  async references(@Root() { id }: PaymentRow, @Ctx() context: Context): Promise<PaymentReference[] | null> {
    return isOperator(context.viewer) ? referencesOf(context, id) : null
  }
}

@Resolver(() => Refund)
export class RefundPapersResolver {
  @FieldResolver(() => Receipt, { nullable: true, description: 'The credit note; null until the money is back.' })
  creditNote(@Root() { id }: Refund, @Ctx() context: Context): Promise<Receipt | null> {
    return creditNoteOf(context, id)
  }
}
