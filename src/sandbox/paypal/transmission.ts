/** Signs a webhook transmission as PayPal does, so that receivers can verify it offline. */
import { createSign, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Certificates } from './certificates.ts'
import { type PaypalMerchant, wholeSeconds } from './merchant.ts'

/**
 * The headers of one transmission: RSA-SHA256 over `id|time|webhookId|crc32(body)`, the checksum in decimal
 * (developer.paypal.com/api/rest/webhooks/rest#link-selfverificationmethod).
 */
export function transmissionHeaders(
  merchant: PaypalMerchant,
  certificates: Certificates,
  webhookId: string,
  body: string,
): Record<string, string> {
  const id = randomUUID()
  const time = wholeSeconds(merchant.now())
  const signed = `${id}|${time}|${webhookId}|${crc32(body)}`
  return {
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': createSign('sha256').update(signed).sign(certificates.leafKeyPem, 'base64'),
    'paypal-cert-url': `${merchant.url}/v1/notifications/certs/${certificates.name}`,
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-auth-version': 'v2',
    'correlation-id': randomUUID().slice(0, 13),
  }
}
