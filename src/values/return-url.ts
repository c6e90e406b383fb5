/** Checks that a return address is http or https with an allowed origin. */
import { originExpression } from './origin.ts'

/** Why the address cannot be used, in one sentence; null when it can. In the list `*` is any port, or any one label. */
export function returnUrlProblem(returnUrl: string, origins: readonly string[]): string | null {
  const url = URL.canParse(returnUrl) ? new URL(returnUrl) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'The returnUrl must begin with http:// or https://.'
  }
  if (url.username !== '' || url.password !== '') return 'The returnUrl must not carry a user name or password.'
  if (origins.some((pattern) => originExpression(pattern).test(url.origin))) return null
  return `The returnUrl's origin ${url.origin} is not one that buyers may be sent back to.`
}
