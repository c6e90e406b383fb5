/** Reads learners and their partner accounts, batched. */
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, inOrder, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import type { Learner, PartnerAccount } from './learner.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

const learnersById = statement<Learner>(
  'learners-by-id',
  'select id, issuer, subject, display_name, given_name, family_name, email, time_zone, created_at from learner where id = any($1::uuid[])',
)

/** A learner by uuid; null when there is none. */
export const learnerById = defineLoader<string, Learner | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(learnersById, [ids]), (row) => row.id),
)

const accountsByLearner = statement<PartnerAccount>(
  'partner-accounts-by-learner',
  'select learner_id, membership_uuid, status, invitation_url, linked_at, updated_at from partner_account where learner_id = any($1::uuid[])',
)

/** The account at the partner, by the learner's uuid; null when none was ever asked for. */
export const findPartnerAccount = defineLoader<string, PartnerAccount | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(accountsByLearner, [ids]), (row) => row.learnerId),
)
