/** Signs the addresses under which papers are opened without a login, and opens them. */
import { z } from 'zod'
import type { Context } from '../../context.ts'

/** Whatever else is signed by our keys is none of these. */
const USE = 'gateway-link'
const link = z.object({
  use: z.literal(USE),
  what: z.string(),
  of: z.string(),
  for: z.string(),
  until: z.int(),
})

export interface DocumentLink {
  /** Which kind of thing. */
  what: string
  /** What tells one of the kind from the others. */
  of: string
  /** Viewer key of whoever it was made for. */
  for: string
  until: Date
}

type Signing = Pick<Context, 'signer' | 'settings' | 'viewer'>

/** The address, below the gateway's own, at which whoever has it opens the thing until then. */
export async function signedAddress(
  { signer, settings, viewer }: Signing,
  path: 'documents' | 'exports',
  { what, of, until }: Omit<DocumentLink, 'for'>,
): Promise<string> {
  const token = await signer.sign({ use: USE, what, of, for: viewer.key, until: until.getTime() }, 'JWT')
  return `${settings.publicUrl}/${path}/${token}`
}

const DOCUMENT_HOLDS_MS = 24 * 3_600_000

/** Of a page to print. */
export function documentAddress(context: Signing & Pick<Context, 'now'>, what: string, of: string): Promise<string> {
  return signedAddress(context, 'documents', { what, of, until: new Date(context.now().getTime() + DOCUMENT_HOLDS_MS) })
}

/** What a token opens; FORGED when none of our keys signed it for this, EXPIRED when its time is over. */
export async function openLink(
  { signer, now }: Pick<Context, 'signer' | 'now'>,
  token: string,
): Promise<DocumentLink | 'FORGED' | 'EXPIRED'> {
  const read = link.safeParse(await signer.verify(token))
  if (!read.success) return 'FORGED'
  const { use: _, until, ...rest } = read.data
  return now().getTime() >= until ? 'EXPIRED' : { ...rest, until: new Date(until) }
}
