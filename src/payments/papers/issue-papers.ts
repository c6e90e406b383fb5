/** Issues the receipt and credit notes that a locked payment's money calls for. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { newId } from '../../store/row.ts'
import { dateIn } from '../../values/dates.ts'
import { taxIn } from '../../values/tax.ts'
import type { Recording } from '../paying.ts'
import type { CardBrand, Payment } from '../payment.ts'
import { isBackRefund } from '../refund.states.ts'
import { Refund } from '../refund.ts'
import { PaymentReference } from './payment-reference.ts'
import { type KeptLine, Receipt, type ReceiptKind } from './receipt.ts'
import { recordReferences } from './record-references.ts'

const initials: Record<ReceiptKind, string> = { RECEIPT: 'R', CREDIT_NOTE: 'C' }
const NUMBER_CHARACTERS = 6

const brandNames: Record<CardBrand, string> = {
  VISA: 'Visa',
  MASTERCARD: 'Mastercard',
  AMERICAN_EXPRESS: 'American Express',
  OTHER: 'Card',
}

/**
 * Brings its papers to where its money is, within the caller's transaction: a receipt once money came, a credit note for
 * each refund whose money is back, and void once that has bounced. What there is already is left. The number's row is
 * locked last of all, so that nobody waits for it who holds what its holder wants. Answers whether any paper is new.
 */
export async function issuePapers(tx: EntityManager, context: Recording, payment: Payment): Promise<boolean> {
  const { seller } = context.settings
  if (seller === null || payment.capturedAt === null) return false
  await tx.flush()
  const papers = await tx.find(Receipt, { paymentId: payment.id })
  const refunds = await tx.find(Refund, { paymentId: payment.id }, { orderBy: { id: 'asc' } })
  const at = context.now()
  const before = papers.length
  const receipt = papers.find(({ kind }) => kind === 'RECEIPT') ?? (await issueReceipt(tx, context, payment, at))
  const noted = new Map(papers.flatMap((paper) => (paper.refundId === null ? [] : [[paper.refundId, paper]])))
  let issued = before === 0
  for (const refund of refunds) {
    const note = noted.get(refund.id)
    const back = isBackRefund(refund.status)
    if (note && !back) note.voidedAt ??= at
    if (note || !back) continue
    await issueCreditNote(tx, context, payment, refund, receipt, at)
    issued = true
  }
  await tx.flush()
  return issued
}

async function issueReceipt(tx: EntityManager, context: Recording, payment: Payment, at: Date): Promise<Receipt> {
  const { description, buyerName, tax } = await context.paymentSubject.receiptFacts(tx, context, payment)
  const treatment = tax ?? { treatment: 'OUTSIDE_SCOPE' as const, rate: null, note: null }
  const grossMinor = payment.capturedMinor as number
  const line = lineOf(grossMinor, {
    description,
    taxTreatment: treatment.treatment,
    taxRate: treatment.rate,
    taxNote: treatment.note,
  })
  return issue(tx, context, payment, at, {
    kind: 'RECEIPT',
    refundId: null,
    correctsId: null,
    buyer: { name: buyerName, address: [], email: payment.buyerEmail, taxNumber: null },
    keptLines: [line],
    totalMinor: grossMinor,
    taxMinor: line.taxMinor,
    paidBy: paidBy(payment),
    providerReference: await buyersReference(tx, payment),
  })
}

function issueCreditNote(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  refund: Refund,
  receipt: Receipt,
  at: Date,
): Promise<Receipt> {
  const sold = receipt.keptLines[0] as KeptLine
  const line = lineOf(refund.amountMinor, sold)
  const through = refund.status === 'SUCCEEDED'
  return issue(tx, context, payment, at, {
    kind: 'CREDIT_NOTE',
    refundId: refund.id,
    correctsId: receipt.id,
    buyer: receipt.buyer,
    keptLines: [line],
    totalMinor: refund.amountMinor,
    taxMinor: line.taxMinor,
    paidBy: through ? `Back to ${paidBy(payment)}` : 'Paid back another way',
    providerReference: refund.reference,
  })
}

type Sold = Pick<KeptLine, 'description' | 'taxTreatment' | 'taxRate' | 'taxNote'>

/** Of a part, the tax is in proportion: the rate is the same. */
function lineOf(grossMinor: number, { description, taxTreatment, taxRate, taxNote }: Sold): KeptLine {
  const taxMinor = taxIn(grossMinor, { treatment: taxTreatment, rate: taxRate })
  return { description, taxTreatment, taxRate, taxNote, netMinor: grossMinor - taxMinor, taxMinor, grossMinor }
}

function paidBy({ method, cardBrand, cardLast4 }: Payment): string {
  if (method === 'PAYPAL') return 'PayPal'
  const brand = brandNames[cardBrand ?? 'OTHER']
  return cardLast4 === null ? brand : `${brand} ending in ${cardLast4}`
}

async function buyersReference(tx: EntityManager, { id, provider, captureReference }: Payment): Promise<string | null> {
  if (provider === 'PAYPAL') return captureReference
  const charge = await tx.findOne(PaymentReference, { paymentId: id, kind: 'CHARGE' })
  return charge?.written ?? null
}

type PaperFacts = Omit<Receipt, 'id' | 'paymentId' | 'number' | 'issuedAt' | 'voidedAt' | 'seller' | 'currency'>

async function issue(
  tx: EntityManager,
  { settings }: Recording,
  payment: Payment,
  issuedAt: Date,
  facts: PaperFacts,
): Promise<Receipt> {
  const { name, address, taxNumber, timeZone } = settings.seller as NonNullable<typeof settings.seller>
  const number = await nextNumber(tx, facts.kind, Number(dateIn(issuedAt, timeZone).slice(0, 4)))
  const paper = tx.create(Receipt, {
    ...facts,
    id: newId(),
    paymentId: payment.id,
    number,
    issuedAt,
    voidedAt: null,
    seller: { name, address, email: null, taxNumber },
    currency: payment.capturedCurrency ?? payment.currency,
  })
  await tx.flush()
  await recordReferences(tx, payment, [{ kind: 'RECEIPT', value: number }])
  return paper
}

/** Without gaps: a transaction that is rolled back gives its number back, and the next one waits for it. */
async function nextNumber(tx: EntityManager, kind: ReceiptKind, year: number): Promise<string> {
  const [row] = await tx.execute<{ last: number }[]>(
    `insert into receipt_number (kind, year, last) values (?, ?, 1)
     on conflict (kind, year) do update set last = receipt_number.last + 1 returning last`,
    [kind, year],
  )
  return `${initials[kind]}-${year}-${String(row?.last).padStart(NUMBER_CHARACTERS, '0')}`
}
