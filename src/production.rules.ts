/** Refuses a production start with weak, missing or sandbox variables. */

/** What the local world uses. */
const sandboxSecrets = new Set([
  'sk_test_sandbox',
  'whsec_sandbox',
  'sandbox-client',
  'sandbox-secret',
  'WH-SANDBOX',
  'sandbox-consumer',
  'sandbox-partner-secret',
  'sandbox-partner-webhook-secret',
  'sandbox-client-secret',
])
const secrets = [
  ...(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'PAYPAL_CLIENT_SECRET'] as const),
  ...(['PARTNER_SHARED_SECRET', 'PARTNER_WEBHOOK_SECRET'] as const),
]
const LEAST_SECRET_CHARACTERS = 16
const addresses = [
  ...(['PUBLIC_URL', 'OIDC_ISSUER', 'PARTNER_BASE_URL', 'PARTNER_TOKEN_URL', 'STRIPE_API_BASE'] as const),
  ...(['PAYPAL_API_BASE', 'PAYPAL_WEB_BASE'] as const),
]
/** The variables that are looked at. */
type Config = Record<(typeof secrets)[number] | Exclude<(typeof addresses)[number], 'PARTNER_TOKEN_URL'>, string> & {
  DATABASE_URL: string
  PARTNER_TOKEN_URL?: string | undefined
  PAYPAL_WEBHOOK_CA_FILE?: string | undefined
  REGISTER_FILE?: string | undefined
  CORS_ORIGINS: readonly string[]
  RETURN_URL_ORIGINS: readonly string[]
}

const thisMachine = /^https?:\/\/(localhost|127\.|\[::1\])/

/** One sentence for each variable at fault; `signingKeys` is the text of its file. */
export function problemsOfProduction(config: Config, signingKeys: string): string[] {
  return [
    ...secretProblems(config),
    ...addressProblems(config),
    ...databaseProblems(config.DATABASE_URL),
    ...originProblems(config),
    ...leftovers(config, signingKeys),
  ]
}

function secretProblems(config: Config): string[] {
  const own = Object.entries(config)
    .filter(([, value]) => typeof value === 'string' && sandboxSecrets.has(value))
    .map(([name]) => `${name} is the sandbox's own value; set the real one.`)
  const weak = secrets
    .filter((name) => config[name].length < LEAST_SECRET_CHARACTERS)
    .map((name) => `${name} is weak: at least ${LEAST_SECRET_CHARACTERS} characters are needed in production.`)
  const test = /^[sr]k_test_/.test(config.STRIPE_SECRET_KEY)
  return [...own, ...weak, ...(test ? ['STRIPE_SECRET_KEY is a test key; set the live one.'] : [])]
}

function addressProblems(config: Config): string[] {
  return addresses.flatMap((name) => {
    const address = config[name]
    if (address === undefined) return []
    if (!address.startsWith('https://')) return [`${name} must begin with https:// in production.`]
    if (thisMachine.test(address)) return [`${name} names this machine.`]
    return /\bsandbox\b/.test(new URL(address).hostname) ? [`${name} names a sandbox; set the live address.`] : []
  })
}

function databaseProblems(address: string): string[] {
  const { hostname, port, username, password } = new URL(address)
  if (/^(localhost|127\.|\[::1\])/.test(hostname) && port === '4050') {
    return ["DATABASE_URL is the local world's own server; set the real one."]
  }
  return password !== '' && password === username ? ['DATABASE_URL is weak: its password is the name of its user.'] : []
}

function originProblems({ CORS_ORIGINS, RETURN_URL_ORIGINS }: Config): string[] {
  const problems =
    RETURN_URL_ORIGINS.length === 0
      ? ['RETURN_URL_ORIGINS is missing: list the origins of your front ends, e.g. https://app.example.org.']
      : []
  for (const [name, origins] of Object.entries({ CORS_ORIGINS, RETURN_URL_ORIGINS })) {
    if (origins.some((origin) => thisMachine.test(origin)))
      problems.push(`${name} names this machine; list only the origins of your front ends.`)
    else if (origins.some((origin) => !origin.startsWith('https://')))
      problems.push(`${name} must hold origins that begin with https:// in production.`)
  }
  return problems
}

function leftovers({ PAYPAL_WEBHOOK_CA_FILE, REGISTER_FILE }: Config, signingKeys: string): string[] {
  const problems: string[] = []
  if (PAYPAL_WEBHOOK_CA_FILE) {
    problems.push('PAYPAL_WEBHOOK_CA_FILE is for the sandbox; unset it, so that only public roots may sign.')
  }
  if (REGISTER_FILE?.includes('sandbox/seed/')) problems.push("REGISTER_FILE is the sandbox's; set your own, or none.")
  if (/"kid":\s*"sandbox-/.test(signingKeys)) {
    problems.push("SIGNING_KEYS_FILE holds the sandbox's own key; make one that nobody else has.")
  }
  return problems
}
