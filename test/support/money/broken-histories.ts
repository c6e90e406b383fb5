/** Finds histories with a gap, an illegal move or a wrong end. */
import { creditRecordStates, creditRestorations } from '../../../src/credit/credit-record.states.ts'
import { enrolmentStates, restorations } from '../../../src/enrolments/enrolment.states.ts'
import { disputeStates } from '../../../src/payments/dispute.states.ts'
import { correctionsToMatchTheProvider, paymentStates } from '../../../src/payments/payment.states.ts'
import { refundStates } from '../../../src/payments/refund.states.ts'
import type { States } from '../../../src/store/states.ts'
import type { Books, HistoryRow } from './books.ts'

const tables: Record<string, readonly States<string>[]> = {
  Payment: [paymentStates, correctionsToMatchTheProvider],
  Refund: [refundStates],
  Dispute: [disputeStates],
  Enrolment: [enrolmentStates, restorations],
  CreditRecord: [creditRecordStates, creditRestorations],
}

/** What is wrong with the histories, in words. */
export function brokenHistories({ history, payments, refunds, disputes, enrolments }: Books): string[] {
  const statusOf = new Map([...payments, ...refunds, ...disputes, ...enrolments].map(({ id, status }) => [id, status]))
  return [...Map.groupBy(history, ({ id }) => id)].flatMap(([id, entries]) => {
    const noun = entries[0]?.noun as string
    const told = entries.at(-1)?.to
    const stands = statusOf.get(id) ?? told
    return [
      ...entries.flatMap((entry, at) => wrongMove(entry, at === 0 ? null : (entries[at - 1]?.to ?? null))),
      ...(told === stands ? [] : [`${noun} ${id} is ${stands}, but its history ends with ${told}`]),
    ]
  })
}

function wrongMove({ noun, id, from, to }: HistoryRow, before: string | null): string[] {
  if (from !== before) return [`${noun} ${id} goes on from ${from} after ${before}`]
  const moves = tables[noun]
  if (from === null || moves === undefined || moves.some((table) => table.moves[from]?.includes(to))) return []
  return [`${noun} ${id} went from ${from} to ${to}`]
}
