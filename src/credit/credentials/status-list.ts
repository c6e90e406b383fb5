/** Publishes status lists with one bit for each suspended or revoked credential. */
import { gzipSync } from 'node:zlib'
import type { Parts } from '../../context.ts'
import { statement } from '../../reading/statement.ts'

const StatusPurpose = { revocation: 'REVOKED', suspension: 'SUSPENDED' } as const
export type StatusPurpose = keyof typeof StatusPurpose

/** The least that the Bitstring Status List 1.0 allows, so that a reader does not give away whose bit it wants. */
const BITS_PER_LIST = 131_072

/** How long a reader may keep a list, as the HTTP answer says too; past a day it is no evidence any more. */
export const KEPT_FOR_SECONDS = 60
const VALID_FOR_MS = 24 * 60 * 60 * 1000

interface Entry {
  id: string
  type: 'BitstringStatusListEntry'
  statusPurpose: StatusPurpose
  statusListIndex: string
  statusListCredential: string
}

const urlOf = (publicUrl: string, purpose: StatusPurpose, number: number) =>
  `${publicUrl}/credentials/status/${purpose}/${number}`

/** Where the credential with that index stands in the lists. */
export function statusEntries(publicUrl: string, statusIndex: number): Entry[] {
  return (Object.keys(StatusPurpose) as StatusPurpose[]).map((statusPurpose) => {
    const statusListCredential = urlOf(publicUrl, statusPurpose, Math.floor(statusIndex / BITS_PER_LIST))
    const statusListIndex = String(statusIndex % BITS_PER_LIST)
    return {
      id: `${statusListCredential}#${statusListIndex}`,
      type: 'BitstringStatusListEntry',
      statusPurpose,
      statusListIndex,
      statusListCredential,
    }
  })
}

const setBits = statement<{ bit: number }>(
  'status-list-bits',
  'select status_index - $1::int as bit from credit_record where status = $2 and status_index >= $1::int and status_index < $1::int + $3::int',
)

const highestIndex = statement<{ highest: number | null }>(
  'status-list-highest',
  'select max(status_index) as highest from credit_record',
)

/** A list as a signed credential, from 0; null when there is none of that purpose and number. */
export async function statusList(
  { read, signer, settings, now }: Pick<Parts, 'read' | 'signer' | 'settings' | 'now'>,
  purpose: string,
  number: number,
): Promise<string | null> {
  if (!isPurpose(purpose) || !Number.isSafeInteger(number) || number < 0) return null
  const highest = (await read.row(highestIndex))?.highest ?? 0
  if (number > Math.floor(highest / BITS_PER_LIST)) return null
  const rows = await read.rows(setBits, [number * BITS_PER_LIST, StatusPurpose[purpose], BITS_PER_LIST])
  const bits = Buffer.alloc(BITS_PER_LIST / 8)
  // The first bit is the leftmost of the first byte.
  for (const { bit } of rows) bits[bit >> 3] = (bits[bit >> 3] as number) | (0x80 >> (bit & 7))
  const url = urlOf(settings.publicUrl, purpose, number)
  const issuer = settings.publicUrl
  const fromMs = Math.floor(now().getTime() / 1000) * 1000
  return signer.sign(
    {
      iss: issuer,
      sub: `${url}#list`,
      jti: url,
      nbf: fromMs / 1000,
      exp: (fromMs + VALID_FOR_MS) / 1000,
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      id: url,
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer,
      validFrom: instantText(fromMs),
      validUntil: instantText(fromMs + VALID_FOR_MS),
      credentialSubject: {
        id: `${url}#list`,
        type: 'BitstringStatusList',
        statusPurpose: purpose,
        ttl: KEPT_FOR_SECONDS * 1000,
        // Multibase: u for base64url without padding.
        encodedList: `u${gzipSync(bits).toString('base64url')}`,
      },
    },
    'vc+jwt',
  )
}

const instantText = (ms: number) => new Date(ms).toISOString()

function isPurpose(purpose: string): purpose is StatusPurpose {
  return Object.hasOwn(StatusPurpose, purpose)
}
