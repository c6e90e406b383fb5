/** Verifies the partner's webhooks and reads what they point at. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { PartnerNotice } from '../../enrolments/registration-partner.ts'
import { WebhookRefused } from '../../values/webhook-refused.ts'
import { keptAddress, keptText, readSigned, spare } from '../signed-event.ts'

const notice = z.object({ uuid: keptText, href: spare(keptAddress), type: spare(keptText) })

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
  const { uuid, href, type } = readSigned('The partner', notice, webhook.rawBody)
  return { uuid, href: href !== undefined && liesBelow(href, baseUrl) ? href : null, type: type ?? null }
}

function isSignedBy(rawBody: Buffer, signature: Buffer, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(rawBody).digest()
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}

/** As it would be called: with every `..` in it resolved. */
function liesBelow(href: string, baseUrl: string): boolean {
  return URL.canParse(href) && new URL(href).href.startsWith(`${new URL(baseUrl).href.replace(/\/+$/, '')}/`)
}
