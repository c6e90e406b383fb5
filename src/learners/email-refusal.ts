/** Tells a learner that the partner does not take their e-mail address. */
import { ProviderRefused, refusal } from '../graph/contract/user-error.ts'
import type { UpstreamFailure } from '../values/upstream-failure.ts'

/** Null when the partner failed at something else. */
export function emailRefusal({ kind, code }: UpstreamFailure, { email }: { email: string }) {
  if (kind !== 'REFUSED' || code !== 'invalid_email') return null
  const message = `The registration partner does not take the e-mail address ${email}; sign in with another one.`
  return refusal(ProviderRefused, { provider: 'PARTNER', reason: 'EMAIL_NOT_ACCEPTED' }, message)
}
