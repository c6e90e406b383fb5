/** Where a buyer may be sent back to: an http or https address whose origin is on the allow-list. */

/** Whether the origin fits a pattern, in which `*` stands for any port or any one label. */
function fits(origin: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[a-z0-9-]+')
  return new RegExp(`^${escaped}$`, 'i').test(origin) || (pattern.endsWith(':*') && origin === pattern.slice(0, -2))
}

/** Why the address cannot be used, in one sentence; null when it can. */
export function returnUrlProblem(returnUrl: string, origins: readonly string[]): string | null {
  const url = URL.canParse(returnUrl) ? new URL(returnUrl) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'The returnUrl must begin with http:// or https://.'
  }
  if (origins.some((pattern) => fits(url.origin, pattern))) return null
  return `The returnUrl's origin ${url.origin} is not one of those that buyers may be sent back to.`
}
