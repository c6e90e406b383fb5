/** Compares web origins with patterns, in which `*` may stand. */

/** Where `*` is any port, or none, after the last colon, and any one label elsewhere. */
export function originExpression(pattern: string): RegExp {
  const [, base = pattern, anyPort] = /^(.*?)(:\*)?$/.exec(pattern.toLowerCase()) ?? []
  const labels = base.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${labels.join('[a-z0-9-]+')}${anyPort ? '(:\\d+)?' : ''}$`)
}
