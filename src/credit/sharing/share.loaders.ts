/** Reads shares, their records and their accesses, batched and paged. */
import { isOwner } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { definePages } from '../../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../../reading/loader.ts'
import { statement } from '../../reading/statement.ts'
import type { CreditRecord } from '../credit-record.ts'
import { creditRecordById } from '../loaders.ts'
import type { CreditShare, ShareAccess } from './credit-share.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

const columns = 's.id, s.learner_id, s.code, s.code_hash, s.institution_id, s.expires_at, s.revoked_at, s.created_at'

const sharesById = statement<CreditShare>(
  'credit-shares-by-id',
  `select ${columns} from credit_share s where s.id = any($1::uuid[])`,
)

/** A share by uuid, whoever's it is; null when there is none. */
export const shareById = defineLoader<string, CreditShare | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(sharesById, [ids]), (row) => row.id),
)

/** A share for `node`: its owner's only; institutions come by the code. */
export async function shareNode(context: Context, uuid: string): Promise<CreditShare | null> {
  const share = await shareById(context, uuid)
  return share && isOwner(context.viewer, share.learnerId) ? share : null
}

/** A learner's shares, newest first. */
export const sharesOf = definePages<CreditShare>({
  name: 'credit-shares-of-learner',
  columns,
  from: 'credit_share s',
  parent: 's.learner_id',
  order: [{ sql: 's.id', as: 'id', type: 'uuid', descending: true }],
})

/** The looks at a share, newest first. */
export const accessesOf = definePages<ShareAccess>({
  name: 'accesses-of-share',
  columns: 'l.id, l.share_id, l.institution_id, l.at, l.by',
  from: 'share_access l',
  parent: 'l.share_id',
  order: [{ sql: 'l.id', as: 'id', type: 'uuid', descending: true }],
})

const recordsOfShares = statement<{ shareId: string; creditRecordId: string }>(
  'credit-records-of-shares',
  'select share_id, credit_record_id from credit_share_record where share_id = any($1::uuid[]) order by credit_record_id',
)

const recordIdsOf = defineLoader<string, { shareId: string; creditRecordId: string }[], Reading>(
  async ({ read }, ids) => grouped(ids, await read.rows(recordsOfShares, [ids]), (row) => row.shareId),
)

/** The records in a share, oldest first. */
export async function sharedRecords(context: Reading, shareId: string): Promise<(CreditRecord | null)[]> {
  const rows = await recordIdsOf(context, shareId)
  return Promise.all(rows.map(({ creditRecordId }) => creditRecordById(context, creditRecordId)))
}
