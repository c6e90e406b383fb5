/** Runs the benchmarks: gateway, limit and ordinary stack on one database. */
import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { globalId } from '../../src/graph/contract/global-id.ts'
import { sandboxSecrets } from '../../src/sandbox/sandbox-secrets.ts'
import { ensureSigningKeys } from '../../src/sandbox/signing-keys.ts'
import { startIssuer } from '../support/world/issuer.ts'
import { bytes } from './bytes.ts'
import { compare, ROUND_SECONDS, ROUNDS } from './comparison.ts'
import {
  type Caller,
  type Contestant,
  type ContestantName,
  callersOf,
  contestantNames,
  freePort,
  graphql,
  requestsOf,
  startContestant,
  workloadNames,
} from './contestants.ts'
import { type Databases, linkMigrations, openDatabases } from './database.ts'
import { buildEarlierCommit, type EarlierCommit } from './earlier-commit.ts'
import { engine } from './engine.ts'
import { batches, grow } from './growth.ts'
import type { Request } from './load.ts'
import { doubled } from './processes.ts'
import { scans } from './scans.ts'
import { soak } from './soak.ts'
import { ways } from './ways.ts'
import { eligibilityBatch, recordIds, schemaTour } from './workloads.ts'

const parts = [
  'comparison',
  'growth',
  'batches',
  'bytes',
  'scans',
  'processes',
  'soak',
  'engine',
  'upstreams',
  'fairness',
  'attack',
] as const
const given = process.argv.slice(2)
/** The commit to compare with, where one is named. */
const revision = given.find((one) => one.startsWith('before='))?.slice('before='.length)
/** What was before is measured beside what is now. */
const asked = given.flatMap((one) => (/^before(=|$)/.test(one) ? ['gateway', 'before'] : [one]))
const chosen = <Name extends string>(names: readonly Name[]): readonly Name[] => {
  const some = names.filter((name) => asked.includes(name))
  return some.length > 0 ? some : names
}
/** Who names a workload or a contestant wants them compared. */
const narrowed = [...contestantNames, ...workloadNames].some((name) => asked.includes(name))
const wantedParts = narrowed ? (['comparison'] as const) : chosen(parts)
/** Beside the results: where the gateway's processor time goes, for Chrome's developer tools. */
const profile = asked.includes('profile')

const folder = resolve('.local/bench')
const build = join(folder, 'build')
const CALLERS = 1000
const RECORDS_OF_REGULAR = 10
/** The small database has fewer learners. */
const CALLERS_IN_SMALL = 50

/** What the gateway is started with; the partner is away, for nothing here asks it. */
function environmentOf(databaseUrl: string, issuer: string): NodeJS.ProcessEnv {
  const { IDENTITY_CLIENT_SECRET: _, ...secrets } = sandboxSecrets
  const away = 'http://127.0.0.1:9'
  return {
    ...secrets,
    PATH: process.env.PATH,
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    OPERATIONS_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:4000',
    DATABASE_URL: databaseUrl,
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: 'urn:test-gateway',
    TRUST_PROXY: '127.0.0.1',
    PARTNER_BASE_URL: `${away}/partners`,
    STRIPE_API_BASE: away,
    PAYPAL_API_BASE: away,
    SIGNING_KEYS_FILE: join(folder, 'keys.json'),
    REGISTER_FILE: 'src/sandbox/seed/register.json',
    RETURN_URL_ORIGINS: 'https://app.example',
  }
}

interface World {
  databases: Databases
  callers: readonly Caller[]
  /** The contestant `before`; null when it is not asked for, or when there is no commit before. */
  earlier: EarlierCommit | null
  /** Starts a contestant on a database; all are stopped at the end. */
  start(name: ContestantName, databaseUrl: string): Promise<Contestant>
  /** The same qualification on each database. */
  qualification(databaseUrl: string): Promise<string>
}

/** Each part starts what it measures, and stops it: nothing else runs meanwhile. */
const run: Record<(typeof parts)[number], (world: World) => Promise<string>> = {
  async comparison({ databases: { full }, callers, earlier, start, qualification }) {
    const id = await qualification(full)
    const contestants: Contestant[] = []
    for (const name of chosen(contestantNames)) {
      if (name !== 'before' || earlier) contestants.push(await start(name, full))
    }
    const table = await compare(contestants, chosen(workloadNames), (name, workload) =>
      requestsOf(name, workload, callers, id),
    )
    for (const one of contestants) await one.stop()
    const before = earlier ? ` Before: ${earlier.title}.` : ''
    return `${ROUNDS} rounds of ${ROUND_SECONDS} s, 32 connections.${before}\n\n${table}`
  },

  async growth({ databases: { small, full }, callers, start, qualification }) {
    const [onSmall, onFull] = [await start('gateway', small), await start('gateway', full)]
    const few = callers.slice(0, CALLERS_IN_SMALL)
    // As many, all over the large tables: nothing but their size is to differ.
    const spread = callers.filter((_, n) => n % (CALLERS / CALLERS_IN_SMALL) === 0)
    const [smallId, fullId] = [await qualification(small), await qualification(full)]
    const workloads = (['catalogue', 'dashboard', 'eligibility'] as const).map((name) => ({
      name,
      small: requestsOf('gateway', name, few, smallId) ?? [],
      full: requestsOf('gateway', name, spread, fullId) ?? [],
    }))
    const table = await grow(onSmall, onFull, workloads)
    await Promise.all([onSmall.stop(), onFull.stop()])
    return table
  },

  async batches({ databases: { full }, callers, start, qualification }) {
    const qualificationId = globalId('Qualification', await qualification(full))
    const gateway = await start('gateway', full)
    const ids = recordIds(RECORDS_OF_REGULAR)
    const requestOf = (entries: number): Request => {
      const inputs = Array.from({ length: entries }, (_, n) => ({
        clientRef: `check ${n}`,
        qualificationId,
        creditRecordIds: [0, 1, 2].map((at) => ids[(n + at) % ids.length]),
      }))
      return graphql(eligibilityBatch, { inputs }, { authorization: `Bearer ${callers[0]?.token}` })
    }
    const table = await batches(gateway, requestOf)
    await gateway.stop()
    return table
  },

  async bytes({ databases: { full }, callers, start }) {
    const gateway = await start('gateway', full)
    const table = await bytes(gateway, callers)
    await gateway.stop()
    return table
  },

  async scans({ databases: { full }, callers, start, qualification }) {
    const gateway = await start('gateway', full)
    const id = await qualification(full)
    const table = await scans(
      gateway,
      full,
      workloadNames.map((name) => ({ name, requests: requestsOf('gateway', name, callers, id) ?? [] })),
    )
    await gateway.stop()
    return table
  },

  async processes({ databases: { full }, callers, start }) {
    const [one, other] = [await start('gateway', full), await start('gateway', full)]
    const requests = callers.map(({ token }) => graphql(schemaTour, {}, { authorization: `Bearer ${token}` }))
    const sentence = await doubled(one, other, requests)
    await Promise.all([one.stop(), other.stop()])
    return sentence
  },

  async soak({ databases: { full }, callers, start, qualification }) {
    const id = await qualification(full)
    const gateway = await start('gateway', full)
    const kinds = workloadNames.map((name) => requestsOf('gateway', name, callers, id) ?? [])
    const mixed = callers.flatMap((_, n) => kinds.map((requests) => requests[n] as Request))
    const sentences = await soak(gateway, mixed)
    await gateway.stop()
    return sentences
  },

  async engine() {
    return engine()
  },

  upstreams: () => onSources('upstreams-hang'),
  fairness: () => onSources('fairness'),
  attack: () =>
    onSources(
      'attacks',
      Object.keys(ways).filter((way) => asked.includes(way)),
    ),
}

/** Runs a part whose world is that of the tests, which runs on the sources; what it prints is its table, shown if it fails too. */
async function onSources(name: string, names: readonly string[] = []): Promise<string> {
  const hooks = resolve('test/support/world/compile-on-load.ts')
  const flags = ['--disable-warning=ExperimentalWarning', '--import', hooks]
  const file = resolve(`test/bench/${name}.ts`)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, ...names])
    return stdout.trim()
  } catch (error) {
    console.log((error as { stdout?: string }).stdout)
    throw error
  }
}

/** Built before anything is measured. */
async function earlierCommit(): Promise<EarlierCommit | null> {
  if (!wantedParts.includes('comparison') || !chosen(contestantNames).includes('before')) return null
  try {
    return await buildEarlierCommit(join(folder, 'before'), revision)
  } catch (error) {
    if (asked.includes('before')) throw error
    console.log(`Without "before": ${(error as Error).message}`)
    return null
  }
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await linkMigrations(build, resolve('migrations'))
  await ensureSigningKeys(join(folder, 'keys.json'))
  const issuer = await startIssuer()
  const running: { stop(): Promise<void> }[] = []
  try {
    const earlier = await earlierCommit()
    if (earlier) running.push(earlier)
    const databases = await openDatabases(folder, await freePort(), (url) => environmentOf(url, issuer.url))
    running.push(databases)
    const world: World = {
      databases,
      callers: await callersOf(CALLERS, issuer.url, tokens(issuer), RECORDS_OF_REGULAR),
      earlier,
      async start(name, databaseUrl) {
        const flags = profile && name === 'gateway' ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
        const environment = environmentOf(databaseUrl, issuer.url)
        const contestant = await startContestant(name, {
          build,
          earlier: earlier?.folder ?? null,
          logs: folder,
          environment,
          flags,
        })
        running.push(contestant)
        return contestant
      },
      qualification: qualificationOf,
    }
    const told: string[] = [new Date().toISOString()]
    for (const part of wantedParts) {
      told.push(`## ${part}`, await run[part](world))
      console.log(`\n${told.slice(-2).join('\n\n')}\n`)
    }
    writeFileSync(join(folder, 'results.md'), `${told.join('\n\n')}\n`)
  } finally {
    for (const one of running.reverse()) await one.stop()
    await issuer.close()
  }
}

/** A token of a day, for a bench takes longer than tests do. */
function tokens(issuer: Awaited<ReturnType<typeof startIssuer>>) {
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400
  return (subject: string) => {
    const names = { given_name: 'Bench', family_name: subject.slice('bench-'.length) }
    const claims = { sub: subject, email: `${subject}@example.org`, ...names, name: `Bench ${names.family_name}` }
    return issuer.token(claims, { expiresAt })
  }
}

async function qualificationOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ id: string }>(
    "select id from qualification where slug = 'pg-certificate-professional-practice'",
  )
  await client.end()
  return rows[0]!.id
}

await main()
