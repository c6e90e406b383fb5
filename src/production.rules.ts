/** Refuses a production start with settings that are not fit for it. */
import { parse } from 'tldts'
import { isThisMachine, storeProblems, storeSecrets } from './store-address.rules.ts'
import { secretBits } from './values/secret.ts'

const secrets = [
  ...(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'PAYPAL_CLIENT_SECRET'] as const),
  ...(['PARTNER_SHARED_SECRET', 'PARTNER_WEBHOOK_SECRET'] as const),
]
/** Not secret, and still of one account. */
const identifiers = ['PAYPAL_CLIENT_ID', 'PAYPAL_WEBHOOK_ID', 'PARTNER_CONSUMER_KEY'] as const
/** Twelve random letters and digits, sixteen hexadecimal ones, or six words. */
const LEAST_SECRET_BITS = 64
const addresses = [
  ...(['PUBLIC_URL', 'OIDC_ISSUER', 'PARTNER_BASE_URL', 'PARTNER_TOKEN_URL', 'STRIPE_API_BASE'] as const),
  ...(['PAYPAL_API_BASE', 'PAYPAL_WEB_BASE'] as const),
]
/** Where the providers are: money is sent nowhere else by mistake. */
const ownHosts = {
  STRIPE_API_BASE: ['api.stripe.com'],
  PAYPAL_API_BASE: ['api-m.paypal.com', 'api.paypal.com'],
  PAYPAL_WEB_BASE: ['www.paypal.com'],
} as const

/** The variables that are looked at. */
export type Config = Record<(typeof identifiers)[number], string> &
  Record<Exclude<(typeof secrets)[number], (typeof several)[number]>, string> &
  Record<(typeof several)[number], readonly string[]> &
  Record<Exclude<(typeof addresses)[number], 'PARTNER_TOKEN_URL'>, string> & {
    DATABASE_URL: string
    REDIS_URL?: string | undefined
    PLAINTEXT_HOSTS: readonly string[]
    PROVIDER_HOSTS: readonly string[]
    PARTNER_TOKEN_URL?: string | undefined
    PAYPAL_WEBHOOK_CA_FILE?: string | undefined
    REGISTER_FILE?: string | undefined
    CLOCK_FILE?: string | undefined
    SIGNING_KEYS_FILE: string
    CORS_ORIGINS: readonly string[]
    RETURN_URL_ORIGINS: readonly string[]
  } & { [name in (typeof terms)[number]]?: string | undefined }
/** What buyers accept. */
const terms = ['TERMS_VERSION', 'TERMS_URL', 'TERMS_FROM', 'TERMS_EXPRESS_REQUEST'] as const
/** Secrets of which there are several while one is being replaced. */
const several = ['STRIPE_WEBHOOK_SECRET', 'PARTNER_WEBHOOK_SECRET'] as const

/** A file of private keys, as it was found. */
export interface KeysFile {
  text: string
  /** Its permissions, as stat says them. */
  mode: number
}

/** One sentence for each variable at fault. */
export function problemsOfProduction(config: Config, keys: KeysFile): string[] {
  return [
    ...sandboxProblems(config),
    ...secretProblems(config),
    ...addressProblems(config),
    ...storeProblems(config),
    ...originProblems(config),
    ...termsProblems(config),
    ...keysProblems(config.SIGNING_KEYS_FILE, keys),
    ...leftovers(config),
  ]
}

/** Every secret by the variable that it is in, passwords in addresses among them. */
function allSecrets(config: Config): { name: string; secret: string }[] {
  const own = secrets.flatMap((name) => [config[name]].flat().map((secret) => ({ name, secret })))
  return [...own, ...storeSecrets(config)]
}

/** What says so of itself is for trying out. */
function sandboxProblems(config: Config): string[] {
  const said = [...secrets, ...identifiers].filter((name) =>
    [config[name]].flat().some((part) => /sandbox/i.test(part)),
  )
  const problems = said.map((name) => `${name} is the sandbox's own value; set the real one.`)
  if (/^[sr]k_test_/.test(config.STRIPE_SECRET_KEY)) problems.push('STRIPE_SECRET_KEY is a test key; set the live one.')
  return problems
}

function secretProblems(config: Config): string[] {
  const all = allSecrets(config)
  const weak = all.flatMap(({ name, secret }) => {
    const bits = Math.floor(secretBits(secret))
    return bits < LEAST_SECRET_BITS
      ? [`${name} is weak: ${bits} bits to guess, and ${LEAST_SECRET_BITS} are needed; set one that is random.`]
      : []
  })
  const equal = [...Map.groupBy(all, ({ secret }) => secret).values()]
    .map((group) => [...new Set(group.map(({ name }) => name))])
    .filter((names) => names.length > 1)
    .map((names) => `${names.join(' and ')} are equal: whoever learns one has both; set another.`)
  return [...new Set([...weak, ...equal])]
}

function addressProblems(config: Config): string[] {
  return addresses.flatMap((name) => {
    const address = config[name]
    if (address === undefined) return []
    const { protocol, hostname, host } = new URL(address)
    if (protocol !== 'https:') return [`${name} must begin with https:// in production.`]
    if (isThisMachine(hostname)) return [`${name} names this machine.`]
    if (/\bsandbox\b/.test(hostname)) return [`${name} names a sandbox; set the live address.`]
    const own: readonly string[] | undefined = (ownHosts as Partial<Record<string, readonly string[]>>)[name]
    if (own === undefined || own.includes(host) || config.PROVIDER_HOSTS.includes(host)) return []
    return [`${name} is not at ${own.join(' or ')}; set that, or name ${host} in PROVIDER_HOSTS if it is meant.`]
  })
}

function termsProblems(config: Config): string[] {
  return terms
    .filter((name) => config[name] === undefined)
    .map((name) => `${name} is missing: buyers accept the terms.`)
}

function originProblems({ CORS_ORIGINS, RETURN_URL_ORIGINS }: Config): string[] {
  const problems =
    RETURN_URL_ORIGINS.length === 0
      ? ['RETURN_URL_ORIGINS is missing: list the origins of your front ends, e.g. https://app.example.org.']
      : []
  for (const [name, origins] of Object.entries({ CORS_ORIGINS, RETURN_URL_ORIGINS })) {
    if (origins.some((origin) => isThisMachine(hostOf(origin))))
      problems.push(`${name} names this machine; list only the origins of your front ends.`)
    else if (origins.some((origin) => !origin.startsWith('https://')))
      problems.push(`${name} must hold origins that begin with https:// in production.`)
    for (const origin of origins.filter((one) => one.endsWith(':*')))
      problems.push(`${name} leaves the port of ${origin} open; name the port of your front end, or none.`)
    for (const origin of origins.filter(isOpenToStrangers))
      problems.push(`${name} holds ${origin}, below which anybody can have a name; put a name of yours before the *.`)
  }
  return problems
}

/** Of an origin in which `*` may stand. */
const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, '').replace(/:(\d+|\*)$/, '')

/** Whether a `*` stands for the name that somebody registers, or for the suffix below which they do. */
function isOpenToStrangers(origin: string): boolean {
  const host = hostOf(origin)
  if (!host.includes('*')) return false
  const { domain } = parse(host.replaceAll('*', 'any'), { allowPrivateDomains: true })
  if (domain === null) return true
  const registered = domain.split('.').length
  return host.split('.').slice(-registered).join('.').includes('*')
}

function keysProblems(file: string, { text, mode }: KeysFile): string[] {
  const problems: string[] = []
  if (/"kid":\s*"sandbox-/.test(text)) {
    problems.push("SIGNING_KEYS_FILE holds the sandbox's own key; make one that nobody else has: npm run keys.")
  }
  if ((mode & 0o077) !== 0) {
    const found = (mode & 0o777).toString(8).padStart(3, '0')
    problems.push(`SIGNING_KEYS_FILE can be read by others than its owner (mode ${found}): chmod 600 ${file}`)
  }
  return problems
}

function leftovers({ PAYPAL_WEBHOOK_CA_FILE, REGISTER_FILE, CLOCK_FILE }: Config): string[] {
  const problems: string[] = []
  if (PAYPAL_WEBHOOK_CA_FILE) {
    problems.push('PAYPAL_WEBHOOK_CA_FILE is for the sandbox; unset it, so that only public roots may sign.')
  }
  if (CLOCK_FILE) problems.push('CLOCK_FILE is for the local world; unset it, so that the time is the real one.')
  if (REGISTER_FILE?.includes('sandbox/seed/')) problems.push("REGISTER_FILE is the sandbox's; set your own, or none.")
  return problems
}
