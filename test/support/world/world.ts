/** Starts a world for a test file: gateway, own database and four sandboxes. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWK } from 'jose'
import pg from 'pg'
import { pino } from 'pino'
import { type App, type AppOptions, openApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/config.ts'
import { type GatewayOptions, startGateway } from '../../../src/gateway.ts'
import { startIdentitySandbox } from '../../../src/sandbox/identity/identity-sandbox.ts'
import { startPartnerSandbox } from '../../../src/sandbox/partner/partner-sandbox.ts'
import { startPaypalSandbox } from '../../../src/sandbox/paypal/start-paypal.ts'
import { sandboxSecrets } from '../../../src/sandbox/sandbox-secrets.ts'
import { ensureSigningKeys } from '../../../src/sandbox/signing-keys.ts'
import { startStripeSandbox } from '../../../src/sandbox/stripe/start-stripe.ts'
import { BY_CONTEXT_CLOCK } from '../../../src/store/define-job.ts'
import { keptCertificates, keptSigningKey } from './kept-keys.ts'
import { createSynchronised, registerFile } from './synchronised-database.ts'

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  data: any
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[]
}

/** What the partner has, as its sandbox says it. */
export interface PartnerLedger {
  enrolments: {
    uuid: string
    external_learner_id: string
    program_run: string
    status: string
    deactivated_by: string | null
  }[]
  memberships: { uuid: string; external_learner_id: string; merged_into: string | null }[]
}

export interface World {
  url: string
  /** Of its own database. */
  databaseUrl: string
  /** With which the gateway was started: another process that is given the same joins it. */
  environment: Record<string, string>
  app: App
  /** What the partner sandbox holds. */
  partnerLedger(): Promise<PartnerLedger>
  /** Asks the gateway at `url` as a persona, or as nobody. */
  ask(persona: string | null, document: string, variables?: object): Promise<Answer>
  /** A persona's bearer token. */
  tokenOf(persona: string): Promise<string>
  /** The identity provider's own key, with which tests forge what it would never sign. */
  issuerKey(): Promise<JWK>
  /** A sandbox's control call. */
  control(
    sandbox: Sandbox,
    path: string,
    body?: object,
    method?: 'POST' | 'DELETE',
  ): Promise<{ status: number; body: unknown }>
  /** Operations for which a sandbox still has faults armed. */
  armed(sandbox: Sandbox): Promise<string[]>
  /** Takes back whatever faults a sandbox still has armed, and answers for how many calls those were. */
  clearFaults(sandbox: Sandbox): Promise<number>
  /** Where webhooks go: this gateway, or another beside it. */
  webhooksTo(url: string): void
  /** Makes due by the database's clock what is due by this one; answers how many jobs. */
  wake(): Promise<number>
  /** Lets webhooks arrive and runs the jobs until none is due. */
  settle(): Promise<void>
  /** The clock of gateway, providers and partner. */
  now(): Date
  /** Moves it by so many minutes. */
  pass(minutes: number): void
  /** Stops it at an instant, until it is moved again by `pass`. */
  stopAt(instant: string): void
  close(): Promise<void>
}

const senders = ['stripe', 'paypal', 'partner'] as const
type Sandbox = (typeof senders)[number]
/** A test asks more in a second than a person in a day; tests of rate limits start with their own. */
const ample = { points: 1_000_000, restorePerSecond: 1e9 }
/** No job runs and nobody looks at the parts but at the start: tests count statements. */
export const byHand: GatewayOptions = {
  jobsByHand: true,
  rateLimits: { anonymous: ample, person: ample, client: ample },
  drain: { idleMs: 0 },
  operations: { looksEveryMs: 3_600_000 },
}
/** On a busy machine pages wait for what tests want to see. */
const LIVE_WAIT_MS = 10_000
const settleRounds = 40
const arrivesWithinMs = 10_000

/** All on one clock, which tests move; people's tokens are of the real time. */
async function sandboxes(now: () => Date, seededAt: Date) {
  const local = { host: '127.0.0.1', port: 0 }
  const at = { ...local, now }
  const s = sandboxSecrets
  const [stripe, paypal, partner, identity] = await Promise.all([
    startStripeSandbox({ ...at, secretKey: s.STRIPE_SECRET_KEY, webhookSecret: s.STRIPE_WEBHOOK_SECRET }),
    startPaypalSandbox({
      ...at,
      clientId: s.PAYPAL_CLIENT_ID,
      clientSecret: s.PAYPAL_CLIENT_SECRET,
      webhookId: s.PAYPAL_WEBHOOK_ID,
      certificates: await keptCertificates,
    }),
    startPartnerSandbox({
      ...at,
      consumerKey: s.PARTNER_CONSUMER_KEY,
      sharedSecret: s.PARTNER_SHARED_SECRET,
      webhookSecret: s.PARTNER_WEBHOOK_SECRET,
      seededAt,
    }),
    startIdentitySandbox({
      ...local,
      audience: s.OIDC_AUDIENCE,
      clientSecret: s.IDENTITY_CLIENT_SECRET,
      signingKey: await keptSigningKey,
    }),
  ])
  return { stripe, paypal, partner, identity }
}

/** Starts everything, synchronises the catalogue and takes over what was registered at the partner. */
export async function startWorld(options: Pick<AppOptions, 'limits' | 'liveWaitMs'> = {}): Promise<World> {
  const { seededAt, ...database } = await createSynchronised()
  const folder = await mkdtemp(join(tmpdir(), 'world-'))
  let offsetMs = 0
  let stoppedAtMs: number | null = null
  const now = () => new Date(stoppedAtMs ?? Date.now() + offsetMs)
  const boxes = await sandboxes(now, seededAt)
  const keys = join(folder, 'keys.json')
  const ca = join(folder, 'ca.pem')
  await ensureSigningKeys(keys)
  await writeFile(ca, boxes.paypal.caPem)
  const { IDENTITY_CLIENT_SECRET: _, ...secrets } = sandboxSecrets
  const environment = {
    ...secrets,
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    OPERATIONS_PORT: '0',
    HEALTH_ON_PUBLIC_PORT: 'on',
    PUBLIC_URL: 'http://127.0.0.1:4000',
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    STRIPE_API_BASE: boxes.stripe.url,
    OIDC_ISSUER: boxes.identity.url,
    PAYPAL_API_BASE: boxes.paypal.url,
    PAYPAL_WEB_BASE: boxes.paypal.url,
    PAYPAL_WEBHOOK_CA_FILE: ca,
    PARTNER_BASE_URL: `${boxes.partner.url}/partners`,
    SIGNING_KEYS_FILE: keys,
    REGISTER_FILE: registerFile,
    RETURN_URL_ORIGINS: 'https://app.example',
    CORS_ORIGINS: 'http://localhost:*,http://127.0.0.1:*',
  }
  const config = readConfig(environment)
  const app = await openApp(config, { liveWaitMs: LIVE_WAIT_MS, ...options, log: pino({ level: 'silent' }), now })
  const gateway = await startGateway(app, config, byHand)
  await gateway.prepared
  const webhooksTo = (url: string) => {
    for (const name of senders) boxes[name].setWebhookUrl(`${url}/webhooks/${name}`)
  }
  webhooksTo(gateway.url)
  // Held webhooks arrive when `settle` lets them, and it waits for them.
  for (const box of [boxes.stripe, boxes.paypal, boxes.partner])
    await post(`${box.url}/_sandbox/webhooks`, { mode: 'hold' })
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  // Of tests in which PostgreSQL goes away: the next statement goes by another connection.
  pool.on('error', () => undefined)
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (persona: string) => {
    let token = tokens.get(persona)
    if (!token) {
      token = post(`${boxes.identity.url}/_sandbox/token`, { persona }).then(({ body }) => body.access_token)
      tokens.set(persona, token)
    }
    return token
  }
  /** Retries are due at once; and so is what was added for at once, where this clock is behind the database's. */
  const wake = async () => {
    const { rows } = await pool.query(
      `update graphile_worker._private_jobs set run_at = now() where locked_at is null and attempts < 6
       and (run_at <= $1::timestamptz or attempts > 0 or (run_at <= now() and not coalesce(flags ? $2, false)))
       returning id`,
      [now(), BY_CONTEXT_CLOCK],
    )
    return rows.length
  }
  /** Sends what a sandbox holds until it has all been answered. */
  const arrived = async (name: Sandbox) => {
    const deadlineMs = Date.now() + arrivesWithinMs
    while ((await post(`${boxes[name].url}/_sandbox/webhooks/flush`, {})).body.pending > 0) {
      if (Date.now() > deadlineMs) throw new Error(`${name} has webhooks that nobody takes`)
    }
  }
  const faultsOf = async (sandbox: Sandbox) =>
    (await fetch(`${boxes[sandbox].url}/_sandbox/faults`)).json() as Promise<{
      faults: { operation: string; times: number }[]
      slowNow: number
    }>
  const world: World = {
    url: gateway.url,
    databaseUrl: database.url,
    environment,
    app,
    tokenOf,
    partnerLedger: async () => (await fetch(`${boxes.partner.url}/_sandbox/ledger`)).json() as never,
    async ask(persona, document, variables = {}) {
      const headers: Record<string, string> = persona ? { authorization: `Bearer ${await tokenOf(persona)}` } : {}
      const { body } = await post(`${this.url}/graphql`, { query: document, variables }, headers)
      return body
    },
    webhooksTo,
    wake,
    issuerKey: () => keptSigningKey,
    control: (sandbox, path, body, method) => post(`${boxes[sandbox].url}/_sandbox/${path}`, body ?? {}, {}, method),
    armed: async (sandbox) => (await faultsOf(sandbox)).faults.map(({ operation }) => operation),
    async clearFaults(sandbox) {
      const { faults } = await faultsOf(sandbox)
      await fetch(`${boxes[sandbox].url}/_sandbox/faults`, { method: 'DELETE' })
      // What is slow is still on its way, and its provider refuses repeats until then.
      while ((await faultsOf(sandbox)).slowNow > 0);
      return faults.reduce((sum, { times }) => sum + times, 0)
    },
    async settle() {
      for (let round = 0; round < settleRounds; round++) {
        for (const name of senders) await arrived(name)
        if ((await wake()) === 0) return
        await app.worker.runDue()
      }
    },
    now,
    pass(minutes) {
      if (stoppedAtMs !== null) offsetMs = stoppedAtMs - Date.now()
      stoppedAtMs = null
      offsetMs += minutes * 60_000
    },
    stopAt(instant) {
      stoppedAtMs = Date.parse(instant)
    },
    async close() {
      await gateway.close()
      await pool.end()
      await Promise.all(Object.values(boxes).map((box) => box.close()))
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await world.settle()
  return world
}

async function post(url: string, body: object, headers: Record<string, string> = {}, method = 'POST') {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}
