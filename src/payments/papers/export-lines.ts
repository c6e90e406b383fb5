/** Reads the tables that operators export, a page at a time. */
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { type Statement, statement } from '../../reading/statement.ts'
import { majorUnits } from '../../values/money.ts'
import { lostThroughSql } from '../balance.ts'
import { type Days, moneyByDay } from './money-day.ts'

export const ExportKind = {
  PAYMENTS: 'PAYMENTS',
  REFUNDS: 'REFUNDS',
  DISPUTES: 'DISPUTES',
  RECEIPTS: 'RECEIPTS',
  DAYS: 'DAYS',
} as const
export type ExportKind = (typeof ExportKind)[keyof typeof ExportKind]

/** A line by the names of its columns; amounts are in major units. */
export type ExportLine = Record<string, string | number | null>

const PAGE_SIZE = 500
const firstUuid = '00000000-0000-0000-0000-000000000000'

/** Rows of `from` whose instant `at` is in the days, by instant and id, after the last of the page before. */
function pagesOf(name: string, at: string, id: string, columns: string, from: string): Statement<KeptLine> {
  return statement<KeptLine>(
    `export-${name}`,
    `select ${id} as key_id, ${at} as key_at, ${columns} from ${from}
     where ${at} >= $1::date::timestamp at time zone $3 and ${at} < ($2::date + 1)::timestamp at time zone $3
       and (${at}, ${id}) > ($4::timestamptz, $5::uuid)
     order by ${at}, ${id} limit ${PAGE_SIZE}`,
  )
}

interface KeptLine {
  keyId: string
  keyAt: Date
  currency: string
  [column: string]: string | number | Date | null
}

const boughtBy = `join enrolment e on e.id = p.enrolment_id join learner l on l.id = e.learner_id
  join course_run r on r.id = e.run_id join course c on c.id = r.course_id`
const names = 'l.display_name as buyer, p.buyer_email, c.title as course, r.starts_at as run_starts_at'

const tables: Record<Exclude<ExportKind, 'DAYS'>, Statement<KeptLine>> = {
  PAYMENTS: pagesOf(
    'payments',
    'p.captured_at',
    'p.id',
    `p.captured_at, p.id as payment, p.provider, p.method, p.status, p.captured_minor,
     coalesce(p.captured_currency, p.currency) as currency, ${names}, p.card_brand, p.card_last4, p.reference,
     p.capture_reference, f.number as receipt, p.fee_minor, p.net_minor, p.settlement_currency, p.exchange_rate,
     p.available_at, p.payout_reference, p.paid_out_at`,
    `payment p ${boughtBy} left join receipt f on f.payment_id = p.id and f.kind = 'RECEIPT'`,
  ),
  REFUNDS: pagesOf(
    'refunds',
    'b.requested_at',
    'b.id',
    `b.requested_at, b.id as refund, b.payment_id as payment, p.provider, p.method, b.status, b.origin, b.amount_minor,
     b.currency, ${names}, b.reason, b.failure_reason,
     coalesce(b.reference, b.outside_reference) as reference, b.settled_at, f.number as credit_note`,
    `refund b join payment p on p.id = b.payment_id ${boughtBy} left join receipt f on f.refund_id = b.id`,
  ),
  DISPUTES: pagesOf(
    'disputes',
    'd.opened_at',
    'd.id',
    `d.opened_at, d.id as dispute, d.payment_id as payment, p.provider, p.method, d.status, d.stage, d.reason,
     d.amount_minor, case d.status when 'LOST' then ${lostThroughSql} else 0 end as lost_minor, d.currency, ${names}, d.reference, d.closed_at`,
    `dispute d join payment p on p.id = d.payment_id ${boughtBy}`,
  ),
  RECEIPTS: pagesOf(
    'receipts',
    'f.issued_at',
    'f.id',
    `f.issued_at, f.number, f.kind, f.voided_at, f.payment_id as payment, o.number as corrects,
     f.buyer ->> 'name' as buyer, f.buyer ->> 'email' as buyer_email, f.kept_lines -> 0 ->> 'description' as description,
     f.kept_lines -> 0 ->> 'taxTreatment' as tax_treatment, f.kept_lines -> 0 ->> 'taxRate' as tax_rate,
     f.total_minor - f.tax_minor as without_tax_minor, f.tax_minor, f.total_minor, f.currency, f.paid_by,
     f.provider_reference`,
    'receipt f left join receipt o on o.id = f.corrects_id',
  ),
}

/** In which currency an amount is, where it is not that of its line. */
const settled = new Set(['feeMinor', 'netMinor'])

/** The lines of a table, in the order of their instants. */
export async function* exportLines(
  reading: { read: ReadConnection },
  kind: ExportKind,
  days: Days,
): AsyncGenerator<ExportLine> {
  if (kind === 'DAYS') return yield* linesOfDays(reading, days)
  let after: [Date | string, string] = ['-infinity', firstUuid]
  for (;;) {
    const rows = await reading.read.rows(tables[kind], [days.from, days.to, days.timeZone, ...after])
    for (const row of rows) yield lineOf(row)
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE_SIZE) return
    after = [last.keyAt, last.keyId]
  }
}

function lineOf({ keyId: _, keyAt: __, ...row }: KeptLine): ExportLine {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (!column.endsWith('Minor')) return [column, value instanceof Date ? value.toISOString() : value]
      const currency = settled.has(column) ? (row.settlementCurrency as string) : row.currency
      const amount = value === null ? null : majorUnits({ amountMinor: value as number, currency: currency as string })
      return [column.slice(0, -'Minor'.length), amount]
    }),
  )
}

async function* linesOfDays(reading: { read: ReadConnection }, days: Days): AsyncGenerator<ExportLine> {
  for (const day of await moneyByDay(reading, days, null)) {
    const { date, method, currency, payments, captured, refunded, settledOutside, disputed, fees, net } = day
    yield {
      date,
      method,
      currency,
      payments,
      captured: majorUnits(captured),
      refunded: majorUnits(refunded),
      settledOutside: majorUnits(settledOutside),
      disputed: majorUnits(disputed),
      fees: fees && majorUnits(fees),
      net: net && majorUnits(net),
    }
  }
}
