/** Creates a learner's row when the identity provider first names them. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { statement } from '../reading/statement.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'

/** What is known of a learner: from a token's claims, or from a membership at the partner. */
export interface LearnerFacts {
  issuer: string
  subject: string
  email: string
  givenName: string
  familyName: string
  displayName: string
  timeZone: string | null
}

const known = statement<LearnerFacts & { id: string }>(
  'learner-by-subject',
  'select id, issuer, subject, email, given_name, family_name, display_name, time_zone from learner where issuer = $1 and subject = $2',
)

const same = (a: LearnerFacts, b: LearnerFacts) =>
  a.email === b.email &&
  a.givenName === b.givenName &&
  a.familyName === b.familyName &&
  a.displayName === b.displayName &&
  a.timeZone === b.timeZone

/**
 * The uuid of the learner with that issuer and subject; the row is made, or brought up to date with what the token
 * says now. Two first sights at once end in one row.
 */
export async function learnerIdOf(
  parts: { read: ReadConnection; orm: { em: EntityManager }; now(): Date },
  facts: LearnerFacts,
): Promise<string> {
  const row = await parts.read.row(known, [facts.issuer, facts.subject])
  if (row && same(row, facts)) return row.id
  return inTransaction(parts.orm.em, (tx) => recordLearner(tx, facts, parts.now()))
}

/** The same within a transaction. */
export async function recordLearner(tx: EntityManager, facts: LearnerFacts, now: Date): Promise<string> {
  const [row] = await tx.execute<{ id: string }[]>(
    `insert into learner (id, issuer, subject, email, given_name, family_name, display_name, time_zone, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (issuer, subject) do update set email = excluded.email, given_name = excluded.given_name,
       family_name = excluded.family_name, display_name = excluded.display_name, time_zone = excluded.time_zone
     returning id`,
    [
      newId(),
      facts.issuer,
      facts.subject,
      facts.email,
      facts.givenName,
      facts.familyName,
      facts.displayName,
      facts.timeZone,
      now,
    ],
  )
  return row!.id
}
