/** Opens a share by its code for an institution, and logs the look; anything else reads like an unknown code. */
import type { Context } from '../context.ts'
import { statement } from '../store/read-connection.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { type CreditShare, ShareAccess } from './credit-share.ts'
import { hashOfCode } from './share-credit.ts'
import { shareColumns } from './share-loaders.ts'

const shareByHash = statement<CreditShare>(
  'credit-share-by-code',
  `select ${shareColumns} from credit_share s where s.code_hash = $1 and s.revoked_at is null and s.expires_at > $2::timestamptz`,
)

/**
 * The share, for staff and machines of a participating institution, or of the one institution that it is for; null for
 * everyone else and for codes that are unknown, expired or revoked. Each look is logged before it is answered.
 */
export async function openShare(context: Context, code: string): Promise<CreditShare | null> {
  const member = context.viewer.staff ?? context.viewer.client
  if (!member || code.length > 200) return null
  const share = await context.read.row(shareByHash, [hashOfCode(code), context.now()])
  if (!share || (share.institutionId !== null && share.institutionId !== member.institutionId)) return null
  await inTransaction(context.em, async (tx) => {
    const by = 'clientId' in member ? member.clientId : member.displayName
    const { institutionId } = member
    tx.create(ShareAccess, { id: newId(), shareId: share.id, institutionId, at: context.now(), by })
  })
  return share
}
