/** Verifies PayPal's webhooks locally by signature, age and certificate. */
import { verify, type X509Certificate } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { WebhookRefused } from '../../values/webhook-refused.ts'
import { readSigned } from '../signed-event.ts'
import { event, type PayPalEvent } from './paypal-objects.ts'

export interface PayPalWebhook {
  rawBody: Buffer
  headers: Record<string, string | string[] | undefined>
  receivedAt: Date
}

/**
 * PayPal tries for three days to deliver an event (25 times), and does not say that a later try is stamped anew. An older
 * one can only be a replay; one of these days does no harm, since ids are kept and contents are fetched again.
 */
const OLDEST_MS = (3 * 24 + 1) * 3_600_000
/** Clocks differ, but not by more. */
const MOST_AHEAD_MS = 5 * 60_000

/** The event, when PayPal signed it for this webhook. Throws WebhookRefused; UpstreamFailure without its certificate. */
export async function verifyPayPalWebhook(
  webhook: PayPalWebhook,
  webhookId: string,
  certificate: (url: string, at: Date) => Promise<X509Certificate>,
): Promise<PayPalEvent> {
  const { rawBody, receivedAt } = webhook
  const header = (name: string) => oneHeader(webhook, name)
  const algorithm = header('paypal-auth-algo')
  if (algorithm !== 'SHA256withRSA') throw new WebhookRefused(`Expected SHA256withRSA, got ${algorithm.slice(0, 40)}.`)
  const time = header('paypal-transmission-time')
  checkAge(time, receivedAt)
  const signature = Buffer.from(header('paypal-transmission-sig'), 'base64')
  // developer.paypal.com/api/rest/webhooks: the checksum of the body stands in it in decimal.
  const signed = [header('paypal-transmission-id'), time, webhookId, crc32(rawBody)].join('|')
  const { publicKey } = await certificate(header('paypal-cert-url'), receivedAt)
  if (!verify('sha256', Buffer.from(signed), publicKey, signature)) {
    throw new WebhookRefused('The signature of PayPal’s webhook does not hold.')
  }
  return readSigned('PayPal', event, rawBody)
}

function oneHeader({ headers }: PayPalWebhook, name: string): string {
  const value = headers[name]
  if (typeof value !== 'string' || value === '') throw new WebhookRefused(`Expected one header ${name}.`)
  return value
}

function checkAge(time: string, receivedAt: Date): void {
  const ageMs = receivedAt.getTime() - Date.parse(time)
  if (Number.isNaN(ageMs)) throw new WebhookRefused('Expected an instant in paypal-transmission-time.')
  if (ageMs > OLDEST_MS || ageMs < -MOST_AHEAD_MS) {
    throw new WebhookRefused(`The transmission of ${time} is too old, or of another day to come.`)
  }
}
