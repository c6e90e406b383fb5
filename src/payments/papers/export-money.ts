/** Makes the address of an export, and the file that it opens. */
import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { z } from 'zod'
import { requireOperator } from '../../auth/permissions.ts'
import type { Context, Log } from '../../context.ts'
import { InvalidInput, refusal } from '../../graph/contract/user-error.ts'
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { signedAddress } from './document-link.ts'
import { ExportKind, type ExportLine, exportLines } from './export-lines.ts'
import { type Days, daysProblem } from './money-day.ts'

const EXPORT_HOLDS_MS = 10 * 60_000

export interface ExportRequest extends Days {
  kind: ExportKind
}

const request = z.object({ kind: z.enum(ExportKind), from: z.string(), to: z.string(), timeZone: z.string() })

/** The address and until when it opens. Throws UNAUTHENTICATED or FORBIDDEN for those who are no operators. */
export async function exportMoney(context: Context, { kind, from, to, timeZone }: ExportRequest) {
  requireOperator(context.viewer)
  const problem = daysProblem({ from, to, timeZone })
  if (problem) {
    const refusals = [refusal(InvalidInput, {}, problem.message, ['input', problem.field])]
    return { url: null, expiresAt: null, refusals }
  }
  const expiresAt = new Date(context.now().getTime() + EXPORT_HOLDS_MS)
  const of = JSON.stringify({ kind, from, to, timeZone })
  const url = await signedAddress(context, 'exports', { what: 'export', of, until: expiresAt })
  return { url, expiresAt, refusals: [] }
}

/** A file as it is made, by what its link names; null when that is no export. Who took what is logged at its end. */
export function exportFile(
  { read, log }: { read: ReadConnection; log: Log },
  link: { of: string; for: string },
): { fileName: string; body: Readable } | null {
  const asked = request.safeParse(JSON.parse(link.of))
  if (!asked.success) return null
  const { kind, ...days } = asked.data
  const lines = Readable.from(
    counted(exportLines({ read }, kind, days), (rows) => {
      log.info({ by: link.for, kind, ...days, rows }, 'money was exported')
    }),
  )
  const rows = stringify({ header: true, columns: columnsOf(kind), escape_formulas: true, record_delimiter: 'windows' })
  lines.on('error', (error) => rows.destroy(error))
  return { fileName: `${kind.toLowerCase()}-${days.from}-${days.to}.csv`, body: lines.pipe(rows) }
}

async function* counted(lines: AsyncIterable<ExportLine>, atEnd: (rows: number) => void): AsyncGenerator<ExportLine> {
  let rows = 0
  for await (const line of lines) {
    rows += 1
    yield line
  }
  atEnd(rows)
}

/** Said by themselves, so that a table without lines has its header too. */
const columns: Record<ExportKind, string> = {
  PAYMENTS: `capturedAt payment provider method status captured currency buyer buyerEmail course runStartsAt cardBrand cardLast4
    reference captureReference receipt fee net settlementCurrency exchangeRate availableAt payoutReference paidOutAt`,
  REFUNDS: `requestedAt refund payment provider method status origin amount currency buyer buyerEmail course runStartsAt reason
    failureReason reference settledAt creditNote`,
  DISPUTES: `openedAt dispute payment provider method status stage reason amount lost currency buyer buyerEmail course
    runStartsAt reference closedAt`,
  RECEIPTS: `issuedAt number kind voidedAt payment corrects buyer buyerEmail description taxTreatment taxRate withoutTax tax
    total currency paidBy providerReference`,
  DAYS: 'date method currency payments captured refunded settledOutside disputed fees net',
}
const columnsOf = (kind: ExportKind): string[] => columns[kind].split(/\s+/)
