/** Checks something that this gateway signed, check by check: a credential, or the statement of a transfer answer. */
import type { Context } from '../context.ts'
import { dateIn } from '../values/dates.ts'
import { creditRecordById } from './loaders.ts'

export const SignedKind = {
  CREDENTIAL: 'CREDENTIAL',
  TRANSFER_STATEMENT: 'TRANSFER_STATEMENT',
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

function kindOf(payload: Payload): SignedKind {
  if (Array.isArray(payload.type) && payload.type.includes('VerifiableCredential')) return 'CREDENTIAL'
  return typeof payload.digest === 'string' && typeof payload.outcome === 'string' ? 'TRANSFER_STATEMENT' : 'UNKNOWN'
}

const check = (name: CheckName, holds: boolean, yes: string, no: string): SignedCheck => ({
  name,
  status: holds ? 'PASS' : 'FAIL',
  message: holds ? yes : no,
})

function validity(payload: Payload, kind: SignedKind, now: Date): SignedCheck {
  const today = dateIn(now, 'UTC')
  if (kind === 'CREDENTIAL') {
    const from = String(payload.validFrom ?? '').slice(0, 10)
    return check('VALIDITY', from !== '' && from <= today, `Valid from ${from}.`, 'It is not valid yet.')
  }
  const until = payload.validUntil as string | null
  if (until === null)
    return { name: 'VALIDITY', status: 'PASS', message: 'Nothing makes this answer change by itself.' }
  return check(
    'VALIDITY',
    today <= until,
    `The answer stands until ${until}.`,
    `The answer stood until ${until}; ask again.`,
  )
}

/** How the credit record behind a credential stands now; a statement is about a day and is never taken back. */
async function standing(context: Context, payload: Payload, kind: SignedKind): Promise<SignedCheck> {
  if (kind !== 'CREDENTIAL') return { name: 'STATUS', status: 'PASS', message: 'A statement is not taken back.' }
  const id = /\/credentials\/([0-9a-f-]{36})$/.exec(String(payload.id))?.[1]
  const record = id ? await creditRecordById(context, id) : null
  if (!record) return { name: 'STATUS', status: 'UNKNOWN', message: 'The record behind it cannot be found.' }
  const words = { AWARDED: 'It stands.', SUSPENDED: 'It is suspended.', REVOKED: 'It is revoked.' }
  return { name: 'STATUS', status: record.status === 'AWARDED' ? 'PASS' : 'FAIL', message: words[record.status] }
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
  const checks = [signature, issuer, validity(payload, kind, context.now()), await standing(context, payload, kind)]
  return { kind, valid: kind !== 'UNKNOWN' && checks.every(({ status }) => status === 'PASS'), checks }
}
