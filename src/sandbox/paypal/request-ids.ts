/** Replays a PayPal call's successful reply when its request id is repeated. */
import { createHash } from 'node:crypto'
import type { Answer } from '../faults.ts'
import type { KeptReply, PaypalMerchant } from './merchant.ts'
import { PaypalRefusal } from './refusal.ts'
import type { Route } from './route.ts'

/** What a request id stands for: the address and the body of the call. */
export function fingerprintOf(path: string, body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([path, body ?? null]))
    .digest('base64')
}

/** Ids of different operations never meet. */
export const keyOf = (route: Route, requestId: string): string => `${route.operation} ${requestId}`

/**
 * The reply that is kept under this key, if there is one.
 * Throws PaypalRefusal (409) where the id was first used for something else: PayPal documents no answer for this, and a
 * silent repeat of the other reply would hide the mistake.
 */
export function keptReply(merchant: PaypalMerchant, key: string, fingerprint: string): KeptReply | undefined {
  const kept = merchant.state.keptReplies[key]
  if (!kept || kept.untilMs < merchant.now().getTime()) return undefined
  if (kept.fingerprint === fingerprint) return kept
  const description = 'The value of PayPal-Request-Id header has already been used for another request.'
  throw new PaypalRefusal(409, [{ issue: 'DUPLICATE_REQUEST_ID', description }])
}

/** Keeps the reply of a call that succeeded. */
export function keepReply(
  merchant: PaypalMerchant,
  key: string,
  kept: { fingerprint: string; keptForMs: number; repeatStatus: number; answer: Answer },
): void {
  merchant.state.keptReplies[key] = {
    untilMs: merchant.now().getTime() + kept.keptForMs,
    fingerprint: kept.fingerprint,
    status: kept.repeatStatus,
    body: kept.answer.body,
  }
  merchant.changed()
}

/** Forgets replies that are kept no longer; called when the sandbox starts. */
export function forgetOldReplies({ state }: PaypalMerchant, now: Date): void {
  for (const [key, kept] of Object.entries(state.keptReplies)) {
    if (kept.untilMs < now.getTime()) delete state.keptReplies[key]
  }
}

export const previousInProgress = (): PaypalRefusal =>
  new PaypalRefusal(409, [
    {
      issue: 'PREVIOUS_REQUEST_IN_PROGRESS',
      description:
        'A previous request on this resource is currently in progress. Please wait for sometime and try again. It is best to space out the initial and the subsequent request(s) to avoid receiving this error.',
    },
  ])
