/** Issues and recognises PayPal access tokens for a client's id and secret. */
import { timingSafeEqual } from 'node:crypto'
import type { Answer } from '../faults.ts'
import type { PaypalMerchant } from './merchant.ts'
import { newId } from './new-id.ts'
import { PaypalRefusal } from './refusal.ts'

const LASTS_SECONDS = 32_400

export interface Client {
  clientId: string
  clientSecret: string
}

/** Answers POST /v1/oauth2/token. `authorization` is the header as it came, `form` the body as text. */
export function grantToken(
  merchant: PaypalMerchant,
  client: Client,
  authorization: string | undefined,
  form: string,
): Answer {
  const [scheme, value = ''] = (authorization ?? '').split(' ')
  const given = scheme === 'Basic' ? Buffer.from(value, 'base64') : Buffer.alloc(0)
  const wanted = Buffer.from(`${client.clientId}:${client.clientSecret}`)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } }
  }
  const grant = new URLSearchParams(form).get('grant_type')
  if (grant !== 'client_credentials') {
    const error_description = `Grant type ${grant ?? '(none)'} is not supported; use client_credentials.`
    return { status: 400, body: { error: 'unsupported_grant_type', error_description } }
  }
  return { status: 200, body: newToken(merchant) }
}

function newToken({ state, now, changed }: PaypalMerchant): object {
  const nowMs = now().getTime()
  for (const [token, untilMs] of Object.entries(state.accessTokens)) {
    if (untilMs < nowMs) delete state.accessTokens[token]
  }
  const token = `A21AA${newId(80)}`
  state.accessTokens[token] = nowMs + LASTS_SECONDS * 1000
  changed()
  return {
    scope: 'https://uri.paypal.com/services/payments/payment',
    access_token: token,
    token_type: 'Bearer',
    app_id: 'APP-80W284485P519543T',
    expires_in: LASTS_SECONDS,
    nonce: `${now().toISOString()}${newId(20)}`,
  }
}

/** Throws PaypalRefusal (401) unless the header carries a token that was given here and is still good. */
export function checkToken({ state, now }: PaypalMerchant, authorization: string | undefined): void {
  const [scheme, token = ''] = (authorization ?? '').split(' ')
  const untilMs = state.accessTokens[token]
  if (scheme === 'Bearer' && untilMs !== undefined && untilMs > now().getTime()) return
  throw new PaypalRefusal(401, [])
}
