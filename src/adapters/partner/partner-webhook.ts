/** Verifies the partner's webhooks and reads what they point at. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { PartnerNotice } from '../../enrolments/registration-partner.ts'
import { WebhookRefused } from '../../values/webhook-refused.ts'
import { problems } from '../upstream-reply.ts'

const notice = z.object({ uuid: z.string().min(1), href: z.url(), type: z.string().nullish() })

export interface PartnerWebhook {
  rawBody: Buffer
  headers: Record<string, string | string[] | undefined>
}

/** What changed at the partner. Throws WebhookRefused when the signature or the form does not hold. */
export function verifyPartnerNotice(webhook: PartnerWebhook, secret: string, baseUrl: string): PartnerNotice {
  const given = webhook.headers['x-fl-signature']
  if (typeof given !== 'string') throw new WebhookRefused('Expected one header X-FL-Signature.')
  const expected = createHmac('sha256', secret).update(webhook.rawBody).digest()
  const signature = Buffer.from(given, 'base64')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new WebhookRefused('The signature of the partner’s webhook does not hold.')
  }
  const read = notice.safeParse(parsed(webhook.rawBody))
  if (!read.success) throw new WebhookRefused(`The partner's webhook cannot be read: ${problems(read.error)}`)
  const { uuid, href, type } = read.data
  if (!liesBelow(href, baseUrl)) throw new WebhookRefused('Expected an href below the partner’s own address.')
  return { uuid, href, type: type ?? null }
}

/** As it would be called: with every `..` in it resolved. */
function liesBelow(href: string, baseUrl: string): boolean {
  return new URL(href).href.startsWith(`${new URL(baseUrl).href.replace(/\/+$/, '')}/`)
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'))
  } catch (cause) {
    throw new WebhookRefused('The partner’s webhook is not JSON.', { cause })
  }
}
