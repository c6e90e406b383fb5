/** Finds histories with a gap, an illegal move or a wrong end. */
import { stateTables } from '../../../src/state-tables.ts'
import type { Books, HistoryRow } from './books.ts'

/** What is wrong with the histories, in words. */
export function brokenHistories({ history, payments, refunds, disputes, enrolments }: Books): string[] {
  const statusOf = new Map([...payments, ...refunds, ...disputes, ...enrolments].map(({ id, status }) => [id, status]))
  const moves = history.filter(({ noun, cause, from }) => from === null || !isNote(noun, cause))
  return [...Map.groupBy(moves, ({ id }) => id)].flatMap(([id, entries]) => {
    const noun = entries[0]?.noun as string
    const told = entries.at(-1)?.to
    const stands = statusOf.get(id) ?? told
    return [
      ...entries.flatMap((entry, at) => wrongMove(entry, at === 0 ? null : (entries[at - 1]?.to ?? null))),
      ...(told === stands ? [] : [`${noun} ${id} is ${stands}, but its history ends with ${told}`]),
    ]
  })
}

/** Of something else that changed while the status stayed. */
const isNote = (noun: string, cause: string): boolean =>
  stateTables.some((table) => table.noun === noun && table.notes?.includes(cause))

function wrongMove({ noun, id, from, to, cause }: HistoryRow, before: string | null): string[] {
  if (from !== before) return [`${noun} ${id} goes on from ${from} after ${before}`]
  const causes = stateTables
    .filter((table) => table.noun === noun)
    .flatMap(({ begins, moves }) => (from === null ? begins : moves[from])?.[to] ?? [])
  if (causes.includes(cause)) return []
  return [`${noun} ${id} went from ${from} to ${to} because of ${cause}`]
}
