/** Reads of shares, their records and the looks at them. */
import type { Context } from '../context.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../graph/loader.ts'
import { definePages } from '../store/list.ts'
import { type ReadConnection, statement } from '../store/read-connection.ts'
import type { CreditShare, ShareAccess } from './credit-share.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

export const shareColumns = 's.id, s.learner_id, s.code, s.institution_id, s.expires_at, s.revoked_at, s.created_at'

const sharesById = statement<CreditShare>(
  'credit-shares-by-id',
  `select ${shareColumns} from credit_share s where s.id = any($1::uuid[])`,
)

/** A share by uuid, whoever's it is; null when there is none. */
export const shareById = defineLoader<string, CreditShare | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(sharesById, [ids]), (row) => row.id),
)

/** A share by id: its owner only. */
export async function shareNode(context: Context, uuid: string): Promise<CreditShare | null> {
  const share = await shareById(context, uuid)
  return share && context.viewer.learner?.id === share.learnerId ? share : null
}

/** A learner's shares, newest first. */
export const sharesOf = definePages<CreditShare>({
  name: 'credit-shares-of-learner',
  columns: shareColumns,
  from: 'credit_share s',
  parent: 's.learner_id',
  order: [{ sql: 's.id', as: 'id', type: 'uuid', descending: true }],
})

/** The looks at a share, oldest first. */
export const accessesOf = definePages<ShareAccess>({
  name: 'looks-at-share',
  columns: 'x.id, x.share_id, x.institution_id, x.at, x.by',
  from: 'share_access x',
  parent: 'x.share_id',
  order: [{ sql: 'x.id', as: 'id', type: 'uuid' }],
})

const recordsByShare = statement<{ shareId: string; creditRecordId: string }>(
  'records-of-shares',
  'select share_id, credit_record_id from credit_share_record where share_id = any($1::uuid[]) order by credit_record_id',
)

/** Uuids of the records that a share shows. */
export const recordIdsOfShare = defineLoader<string, string[], Reading>(async ({ read }, ids) =>
  grouped(ids, await read.rows(recordsByShare, [ids]), (row) => row.shareId).map((rows) =>
    rows.map((row) => row.creditRecordId),
  ),
)
