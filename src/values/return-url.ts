/** Checks that a return address is http or https with an allowed origin. */

/** Why the address cannot be used, in one sentence; null when it can. In the list `*` is any port, or any one label. */
export function returnUrlProblem(returnUrl: string, origins: readonly string[]): string | null {
  const url = URL.canParse(returnUrl) ? new URL(returnUrl) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'The returnUrl must begin with http:// or https://.'
  }
  if (url.username !== '' || url.password !== '') return 'The returnUrl must not carry a user name or password.'
  if (origins.some((pattern) => fits(url, pattern))) return null
  return `The returnUrl's origin ${url.origin} is not one that buyers may be sent back to.`
}

function fits({ origin }: URL, pattern: string): boolean {
  const [, base = pattern, anyPort] = /^(.*?)(:\*)?$/.exec(pattern.toLowerCase()) ?? []
  const labels = base.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${labels.join('[a-z0-9-]+')}${anyPort ? '(:\\d+)?' : ''}$`).test(origin)
}
