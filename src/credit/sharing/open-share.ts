/** Opens a share by its code for an institution and logs the access. */
import { createHash } from 'node:crypto'
import { memberOf } from '../../auth/permissions.ts'
import { memberName } from '../../auth/viewer.ts'
import type { Context } from '../../context.ts'
import { defineLoader } from '../../reading/loader.ts'
import { newId } from '../../store/row.ts'
import { requireShareGuess, settleShareGuess } from './share-guesses.ts'

/** What a code opens. */
export interface OpenedShare {
  id: string
  creditRecordIds: string[]
}

/** A code has 27; longer ones are guesses that cost us more than they cost who makes them. */
export const LONGEST_CODE_CHARACTERS = 64

export const shareCodeHash = (code: string): string => createHash('sha256').update(code).digest('hex')

/**
 * Found and logged in one statement, so that no look is without its entry. Whoever has the code and acts for a
 * participating institution may look, unless the share names another institution, has expired or was taken back.
 */
const lookSql = `with open as (
    select s.id, s.code_hash from credit_share s join institution i on i.id = ?::uuid and i.participating
    where s.code_hash = any(string_to_array(?, ',')) and s.revoked_at is null and s.expires_at > ?::timestamptz
      and (s.institution_id is null or s.institution_id = i.id)),
  look as (insert into share_access (id, share_id, institution_id, at, by)
    select ids.id::uuid, open.id, ?::uuid, ?::timestamptz, ? from (select *, row_number() over () as slot from open) open
    join unnest(string_to_array(?, ',')) with ordinality as ids(id, slot) on ids.slot = open.slot)
  select open.id, open.code_hash as "codeHash",
    array(select r.credit_record_id from credit_share_record r where r.share_id = open.id) as "creditRecordIds" from open`

type Opened = OpenedShare & { codeHash: string }

/**
 * The share behind a code, its look logged; null when the code opens nothing for the caller, whatever the reason. A
 * request that gives the same code many times is one look. Throws RATE_LIMITED after too many that opened nothing.
 */
export const openShare = defineLoader<string, OpenedShare | null, Context>(async (context, codes) => {
  const member = memberOf(context.viewer)
  if (!member) return codes.map(() => null)
  await requireShareGuess(context)
  const { em, now } = context
  const by = memberName(member)
  const at = now()
  const hashes = codes.map(shareCodeHash)
  const ids = codes.map(() => newId()).join(',')
  const values = [member.institutionId, hashes.join(','), at, member.institutionId, at, by, ids]
  const rows = await em.fork({ clear: true }).execute<Opened[]>(lookSql, values)
  const byHash = new Map(rows.map((row) => [row.codeHash, row]))
  await settleShareGuess(context, hashes.length - byHash.size)
  return hashes.map((hash) => byHash.get(hash) ?? null)
})
