/** Verifies a credential, statement or status list that this gateway signed, check by check. */
import type { Context } from '../../context.ts'
import { uuidOf } from '../../graph/contract/global-id.ts'
import { dateIn } from '../../values/dates.ts'
import type { CreditRecordStatus } from '../credit-record.ts'
import { creditRecordById } from '../loaders.ts'

export const SignedKind = {
  CREDENTIAL: 'CREDENTIAL',
  TRANSFER_STATEMENT: 'TRANSFER_STATEMENT',
  STATUS_LIST: 'STATUS_LIST',
  UNKNOWN: 'UNKNOWN',
} as const
export type SignedKind = (typeof SignedKind)[keyof typeof SignedKind]

export const CheckName = { SIGNATURE: 'SIGNATURE', ISSUER: 'ISSUER', VALIDITY: 'VALIDITY', STATUS: 'STATUS' } as const
export type CheckName = (typeof CheckName)[keyof typeof CheckName]

/** UNKNOWN is never a pass. */
export const CheckStatus = { PASS: 'PASS', FAIL: 'FAIL', UNKNOWN: 'UNKNOWN' } as const
export type CheckStatus = (typeof CheckStatus)[keyof typeof CheckStatus]

export interface SignedCheck {
  name: CheckName
  status: CheckStatus
  message: string
}

export interface Verification {
  kind: SignedKind
  valid: boolean
  checks: SignedCheck[]
}

type Payload = Record<string, unknown>

function kindOf({ type, digest, outcome }: Payload): SignedKind {
  if (Array.isArray(type) && type.includes('BitstringStatusListCredential')) return 'STATUS_LIST'
  if (Array.isArray(type) && type.includes('VerifiableCredential')) return 'CREDENTIAL'
  return typeof digest === 'string' && typeof outcome === 'string' ? 'TRANSFER_STATEMENT' : 'UNKNOWN'
}

const check = (name: CheckName, holds: boolean, yes: string, no: string): SignedCheck => ({
  name,
  status: holds ? 'PASS' : 'FAIL',
  message: holds ? yes : no,
})

/** A credential is valid from its day on, a list for a day, an answer until the day that it names itself. */
function validity({ validFrom, validUntil }: Payload, kind: SignedKind, now: Date): SignedCheck {
  const today = dateIn(now, 'UTC')
  if (kind === 'TRANSFER_STATEMENT') {
    if (typeof validUntil !== 'string') {
      return { name: 'VALIDITY', status: 'PASS', message: 'Nothing makes this answer change by itself.' }
    }
    const stood = `The answer stood until ${validUntil}; ask again.`
    return check('VALIDITY', today <= validUntil, `The answer stands until ${validUntil}.`, stood)
  }
  const [from, until] = [validFrom, validUntil].map((text) => (typeof text === 'string' ? text : null))
  if (from == null || Date.parse(from) > now.getTime()) {
    return { name: 'VALIDITY', status: 'FAIL', message: 'It is not valid yet.' }
  }
  const over = until != null && Date.parse(until) < now.getTime()
  return check('VALIDITY', !over, `Valid from ${from.slice(0, 10)}.`, `It was valid until ${until}; fetch it again.`)
}

/** The uuids of the records on which it rests; null for one that names no record of ours. */
function recordsBehind({ id, claims }: Payload, kind: SignedKind): (string | null)[] {
  if (kind === 'CREDENTIAL') return [/\/credentials\/([0-9a-f-]{36})$/.exec(String(id))?.[1] ?? null]
  const counted = (Array.isArray(claims) ? (claims as Payload[]) : []).filter(
    (claim) => claim.source === 'CREDIT_RECORD' && claim.counted !== '0',
  )
  return counted.map(({ ref }) => uuidOf('CreditRecord', String(ref)))
}

const status = (name: CheckStatus, message: string): SignedCheck => ({ name: 'STATUS', status: name, message })
const words: Record<Exclude<CreditRecordStatus, 'AWARDED'>, string> = { SUSPENDED: 'suspended', REVOKED: 'revoked' }

/** How the credit behind it stands now, whatever stood when it was signed. What cannot be looked up is not known to stand. */
async function standing(context: Context, payload: Payload, kind: SignedKind): Promise<SignedCheck> {
  const ids = recordsBehind(payload, kind)
  if (ids.length === 0) return status('PASS', 'It rests on no awarded credit that could be taken back.')
  try {
    const records = await Promise.all(ids.map((id) => (id === null ? null : creditRecordById(context, id))))
    for (const trouble of ['REVOKED', 'SUSPENDED'] as const) {
      if (records.some((record) => record?.status === trouble)) {
        return status('FAIL', `The credit on which it rests is ${words[trouble]}.`)
      }
    }
    return records.includes(null)
      ? status('UNKNOWN', 'The record of the credit on which it rests cannot be found.')
      : status('PASS', 'The credit on which it rests stands.')
  } catch (error) {
    context.log.error({ err: error }, 'the standing of what was signed could not be looked up')
    return status('UNKNOWN', 'Whether the credit on which it rests still stands cannot be looked up now; ask again.')
  }
}

/** Whatever is handed in is answered; it is valid only when every check passes. */
export async function verifySigned(context: Context, jws: string): Promise<Verification> {
  const payload = await context.signer.verify(jws)
  const signature = check(
    'SIGNATURE',
    payload !== null,
    'Signed with a key that is published at /.well-known/jwks.json.',
    'The signature does not fit the content, or the key is not one of ours.',
  )
  if (payload === null) return { kind: 'UNKNOWN', valid: false, checks: [signature] }
  const kind = kindOf(payload)
  const { publicUrl } = context.settings
  const issuer = check('ISSUER', payload.iss === publicUrl, `Issued by ${publicUrl}.`, 'Issued under another address.')
  if (kind === 'UNKNOWN') return { kind, valid: false, checks: [signature, issuer] }
  const checks = [signature, issuer, validity(payload, kind, context.now()), await standing(context, payload, kind)]
  return { kind, valid: checks.every(({ status }) => status === 'PASS'), checks }
}
