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

/** What changed at the partner, when any of the secrets signed it. Throws WebhookRefused. */
export function verifyPartnerNotice(
  webhook: PartnerWebhook,
  secrets: readonly string[],
  baseUrl: string,
): PartnerNotice {
  const given = webhook.headers['x-fl-signature']
  if (typeof given !== 'string') throw new WebhookRefused('Expected one header X-FL-Signature.')
  const signature = Buffer.from(given, 'base64')
  if (!secrets.some((secret) => isSignedBy(webhook.rawBody, signature, secret))) {
    throw new WebhookRefused('The signature of the partner’s webhook does not hold.')
  }
  const read = notice.safeParse(parsed(webhook.rawBody))
  if (!read.success) throw new WebhookRefused(`The partner's webhook cannot be read: ${problems(read.error)}`)
  const { uuid, href, type } = read.data
  if (!liesBelow(href, baseUrl)) throw new WebhookRefused('Expected an href below the partner’s own address.')
  return { uuid, href, type: type ?? null }
}

function isSignedBy(rawBody: Buffer, signature: Buffer, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(rawBody).digest()
  return signature.length === expected.length && timingSafeEqual(signature, expected)
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
