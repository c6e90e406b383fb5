/** Runs a mutation once for an idempotency key, refusing the key for other requests. */
import { createHash } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { IdempotencyConflict, InvalidInput, refusal } from '../graph/contract/user-error.ts'
import { charactersOf, LONGEST_KEY_CHARACTERS } from '../values/lengths.ts'
import { IdempotencyKey } from './idempotency-key.ts'
import { newId } from './row.ts'

export interface KeyedRequest {
  /** `viewer.key` of the caller. */
  caller: string
  operation: string
  key: string
  /** The whole input but the key itself. */
  request: unknown
  now: Date
}

export type Keyed =
  | { kind: 'new'; keep(result: Record<string, string>): void }
  | { kind: 'repeat'; result: Record<string, string> }
  | { kind: 'conflict'; refusal: ReturnType<typeof keyConflict> }

const canonical = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, part]) => part !== undefined && part !== null)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, part]) => [name, canonical(part)]),
      )
    : Array.isArray(value)
      ? value.map(canonical)
      : value

const requestHash = (request: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(request)))
    .digest('hex')

/** An InvalidInput refusal when the key is blank or too long; null when it is usable. */
export function keyRefusal(key: string) {
  if (key.trim() !== '' && charactersOf(key) <= LONGEST_KEY_CHARACTERS) return null
  return refusal(
    InvalidInput,
    {},
    `Give an idempotencyKey of 1 to ${LONGEST_KEY_CHARACTERS} characters, a new one for each new request.`,
    ['input', 'idempotencyKey'],
  )
}

/**
 * Takes the key within the transaction of `tx`. Parallel repeats wait for the first to commit (an advisory lock on the
 * key) and then read its result. `keep` stores the ids that a repeat is answered from; without it, a refusal leaves
 * no trace and the key can be used again.
 */
export async function takeKey(tx: EntityManager, keyed: KeyedRequest): Promise<Keyed> {
  const { caller, operation, key, now } = keyed
  await tx.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [JSON.stringify([caller, operation, key])])
  const hash = requestHash(keyed.request)
  const known = await tx.findOne(IdempotencyKey, { caller, operation, key })
  if (!known) {
    const keep = (result: Record<string, string>) => {
      tx.create(IdempotencyKey, { id: newId(), caller, operation, key, requestHash: hash, result, createdAt: now })
    }
    return { kind: 'new', keep }
  }
  if (known.requestHash === hash) return { kind: 'repeat', result: known.result }
  return { kind: 'conflict', refusal: keyConflict() }
}

function keyConflict() {
  const message = 'This idempotencyKey was used before with another request; use a new key for a new request.'
  return refusal(IdempotencyConflict, {}, message, ['input', 'idempotencyKey'])
}
