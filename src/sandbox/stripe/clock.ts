/** Advances what time does by itself: expired sessions, bounced refunds, new disputes. */
import type { StripeAccount } from './account.ts'
import { disputeCharge } from './disputes.ts'
import { forgetOldReplies } from './idempotency.ts'
import { bounceRefund } from './refunds.ts'
import { expireSession } from './sessions.ts'

/** Does everything that was due by now, oldest first. Called before each answer and by a small timer. */
export function catchUp(account: StripeAccount): void {
  const { state } = account
  const nowMs = account.now().getTime()
  const due = Object.entries(state.dueLater).filter(([, later]) => later.atMs <= nowMs)
  if (due.length === 0) return
  for (const [key, { kind, id }] of due.sort(([, a], [, b]) => a.atMs - b.atMs)) {
    delete state.dueLater[key]
    account.changed('dueLater', key)
    const [session, charge] = [state.sessions[id], state.charges[id]]
    if (kind === 'session_expires' && session?.status === 'open') expireSession(account, session)
    if (kind === 'refund_fails') bounceRefund(account, id)
    if (kind === 'charge_disputed' && charge && !charge.disputed) disputeCharge(account, charge, { outcome: 'open' })
  }
  forgetOldReplies(account)
}
