/** Judges whether PostgreSQL and Redis are reached safely by their addresses. */

/** The variables that are looked at. */
export interface StoreAddresses {
  DATABASE_URL: string
  REDIS_URL?: string | undefined
  /** Hosts that may be reached without TLS. */
  PLAINTEXT_HOSTS: readonly string[]
}

interface Store {
  name: 'DATABASE_URL' | 'REDIS_URL'
  /** Empty for a socket in the file system, which only this machine's users can open. */
  host: string
  password: string
  encrypted: boolean
  /** What to write in the address. */
  remedy: string
}

/** Whether a name or address is this machine's own. */
export function isThisMachine(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\]|::1?|\[::ffff:7f[\da-f]{2}:.+\])$/i.test(hostname)
}

/** The passwords that the addresses carry, for whoever compares secrets. */
export function storeSecrets(addresses: StoreAddresses): { name: string; secret: string }[] {
  return storesOf(addresses)
    .filter(({ password }) => password !== '')
    .map(({ name, password }) => ({ name, secret: password }))
}

/** One sentence for each fault. */
export function storeProblems(addresses: StoreAddresses): string[] {
  return storesOf(addresses).flatMap(({ name, host, password, encrypted, remedy }) => {
    if (host === '') return []
    const problems = password === '' ? [`${name} has no password; give its user one.`] : []
    if (!encrypted && !isThisMachine(host) && !addresses.PLAINTEXT_HOSTS.includes(host)) {
      problems.push(
        `${name} is reached without TLS: ${remedy}, or name ${host} in PLAINTEXT_HOSTS if its network is safe.`,
      )
    }
    return problems
  })
}

function storesOf({ DATABASE_URL, REDIS_URL }: StoreAddresses): Store[] {
  return [postgres(DATABASE_URL), ...(REDIS_URL === undefined ? [] : [redis(REDIS_URL)])]
}

/** As pg reads it: parameters win over the address, the last of a name over the others. */
function postgres(address: string): Store {
  const { hostname, password, searchParams } = new URL(address)
  const parameter = (name: string) => searchParams.getAll(name).at(-1) || undefined
  const host = parameter('host') ?? decoded(hostname)
  const mode = parameter('sslmode')
  const encrypted = mode === undefined ? ['1', 'true'].includes(parameter('ssl') ?? '') : encryptedModes.has(mode)
  return {
    name: 'DATABASE_URL',
    host: host.startsWith('/') ? '' : host,
    password: parameter('password') ?? decoded(password),
    encrypted,
    remedy: 'end it with ?sslmode=verify-full',
  }
}

/** Not `prefer`, which takes less, nor `no-verify`, which takes anybody. */
const encryptedModes = new Set(['require', 'verify-ca', 'verify-full'])

function redis(address: string): Store {
  const { protocol, hostname, password } = new URL(address)
  return {
    name: 'REDIS_URL',
    host: hostname,
    password: decoded(password),
    encrypted: protocol === 'rediss:',
    remedy: 'begin it with rediss://',
  }
}

/** What is written with % in an address; a broken one is what it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
