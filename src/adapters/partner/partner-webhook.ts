/** The partner's webhooks: signed with a shared secret, and thin, so that what they point at is fetched later. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { PartnerNotice } from '../../enrolments/registration-partner.ts'
import { WebhookRefused } from '../../values/webhook-refused.ts'
import { problems } from '../outside-reply.ts'

const notice = z.object({ uuid: z.string().min(1), href: z.url(), type: z.string().nullish() })

/** What changed at the partner. Throws WebhookRefused when the signature or the form does not hold. */
export function verifyPartnerNotice(
  rawBody: Buffer,
  headers: Record<string, string | string[] | undefined>,
  secret: string,
  baseUrl: string,
): PartnerNotice {
  const given = headers['x-fl-signature']
  if (typeof given !== 'string') throw new WebhookRefused('The header X-FL-Signature is missing.')
  const expected = createHmac('sha256', secret).update(rawBody).digest()
  const signature = Buffer.from(given, 'base64')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new WebhookRefused('The signature does not fit the body.')
  }
  const read = notice.safeParse(parsed(rawBody))
  if (!read.success) throw new WebhookRefused(`The body does not fit: ${problems(read.error)}.`)
  const { uuid, href, type } = read.data
  if (!href.startsWith(`${baseUrl}/`)) throw new WebhookRefused('The href is not below the partner’s own address.')
  return { uuid, href, type: type ?? null }
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'))
  } catch (cause) {
    throw new WebhookRefused('The body is not JSON.', { cause })
  }
}
