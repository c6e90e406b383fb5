/** Replays a Stripe reply for a repeated idempotency key within a day. */
import { createHash } from 'node:crypto'
import type { KeptReply, StripeAccount } from './account.ts'
import type { Form } from './form.ts'
import { StripeRefusal } from './refusal.ts'

/** docs.stripe.com/api/idempotent_requests: keys may be removed once they are at least 24 hours old. */
const KEPT_FOR_MS = 24 * 60 * 60 * 1000
const LONGEST_KEY_CHARACTERS = 255

/** What a key stands for: the call and its parameters. */
export function fingerprintOf(path: string, params: Form): string {
  return createHash('sha256')
    .update(JSON.stringify([path, params]))
    .digest('base64')
}

/**
 * The reply that is kept for this key, if there is one.
 * Throws StripeRefusal (400 idempotency_error) where the key was first used for something else.
 */
export function keptReply(account: StripeAccount, key: string, fingerprint: string): KeptReply | undefined {
  if (key.length > LONGEST_KEY_CHARACTERS) {
    throw new StripeRefusal(400, {
      type: 'idempotency_error',
      message: `Idempotency keys have at most ${LONGEST_KEY_CHARACTERS} characters.`,
    })
  }
  const kept = account.state.keptReplies[key]
  if (!kept || account.now().getTime() - kept.atMs > KEPT_FOR_MS) return undefined
  if (kept.fingerprint === fingerprint) return kept
  throw new StripeRefusal(400, {
    type: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
      `Try using a key other than '${key}' if you meant to execute a different request.`,
  })
}

/** Keeps a reply for its key. */
export function keepReply(
  account: StripeAccount,
  key: string,
  reply: Omit<KeptReply, 'atMs' | 'body'> & { body?: unknown },
) {
  const { fingerprint, requestId, status, body } = reply
  account.state.keptReplies[key] = { atMs: account.now().getTime(), fingerprint, requestId, status, body }
  account.changed('keptReplies', key)
}

/** Forgets the replies whose day is over. */
export function forgetOldReplies(account: StripeAccount): void {
  const before = account.now().getTime() - KEPT_FOR_MS
  for (const [key, kept] of Object.entries(account.state.keptReplies)) {
    if (kept.atMs >= before) continue
    delete account.state.keptReplies[key]
    account.changed('keptReplies', key)
  }
}
