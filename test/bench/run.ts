/** Compares the gateway with the limit and with the ordinary stack, side by side on one database: `npm run bench -- [workload | contestant | profile] …`. */
import 'reflect-metadata'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { sandboxSecrets } from '../../src/sandbox/sandbox-secrets.ts'
import { ensureSigningKeys } from '../../src/sandbox/signing-keys.ts'
import { startIssuer } from '../support/issuer.ts'
import {
  type Contestant,
  type ContestantName,
  callersOf,
  contestantNames,
  freePort,
  requestsOf,
  startContestant,
  type WorkloadName,
  workloadNames,
} from './contestants.ts'
import { linkMigrations, openDatabases } from './database.ts'
import { type Round, round } from './load.ts'

const asked = process.argv.slice(2)
const chosen = <Name extends string>(names: readonly Name[]): readonly Name[] => {
  const some = names.filter((name) => asked.includes(name))
  return some.length > 0 ? some : names
}
/** Beside the results: where the gateway's processor time goes, for Chrome's developer tools. */
const profile = asked.includes('profile')

const folder = resolve('.local/bench')
const build = join(folder, 'build')
const rounds = 3
const seconds = 3
const callerCount = 1000
const recordsOfRegular = 10

/** What the gateway is started with; the partner is away, for nothing here asks it. */
function environmentOf(databaseUrl: string, issuer: string): NodeJS.ProcessEnv {
  const { IDENTITY_CLIENT_SECRET: _, ...secrets } = sandboxSecrets
  return {
    ...secrets,
    ...{ PATH: process.env.PATH, NODE_ENV: 'development', HOST: '127.0.0.1', PUBLIC_URL: 'http://127.0.0.1:4000' },
    ...{ DATABASE_URL: databaseUrl, OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'urn:test-gateway', TRUST_PROXY: '127.0.0.1' },
    ...{
      PARTNER_BASE_URL: 'http://127.0.0.1:9/partners',
      STRIPE_API_BASE: 'http://127.0.0.1:9',
      PAYPAL_API_BASE: 'http://127.0.0.1:9',
    },
    ...{ SIGNING_KEYS_FILE: join(folder, 'keys.json'), REGISTER_FILE: 'src/sandbox/seed/register.json' },
    ...{ RETURN_URL_ORIGINS: 'https://app.example' },
  }
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

function medianRound(all: readonly Round[]): Round {
  const of = (pick: (one: Round) => number) => median(all.map(pick))
  return {
    requestsPerSecond: of((one) => one.requestsPerSecond),
    p50Ms: of((one) => one.p50Ms),
    p99Ms: of((one) => one.p99Ms),
    cpuUs: of((one) => one.cpuUs),
    wrong: Math.max(...all.map((one) => one.wrong)),
  }
}

type Results = Record<WorkloadName, Partial<Record<ContestantName, Round[]>>>

function describe(results: Results): string {
  const lines = [
    '| workload | raw/s | gateway/s | ordinary/s | gateway to raw | gateway to ordinary | p99 raw ms | p99 gateway ms | CPU raw µs | CPU gateway µs | CPU ordinary µs | wrong |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
  ]
  for (const [workload, byName] of Object.entries(results)) {
    const [raw, gateway, ordinary] = contestantNames.map((name) => byName[name] && medianRound(byName[name]))
    // paired inside a round: the machine's speed changes from one to the next
    const ratio = (other: ContestantName) => {
      const pairs = byName[other]?.map(
        (one, at) => (byName.gateway?.[at]?.requestsPerSecond ?? Number.NaN) / one.requestsPerSecond,
      )
      return pairs ? median(pairs).toFixed(2) : '–'
    }
    const whole = (round: Round | undefined, pick: (one: Round) => number) => (round ? pick(round).toFixed(0) : '–')
    lines.push(
      `| ${[
        workload,
        ...[raw, gateway, ordinary].map((one) => whole(one, (of) => of.requestsPerSecond)),
        ...[ratio('raw'), ratio('ordinary')],
        ...[raw, gateway].map((one) => whole(one, (of) => of.p99Ms)),
        ...[raw, gateway, ordinary].map((one) => whole(one, (of) => of.cpuUs)),
        `${Math.max(...[raw, gateway, ordinary].map((one) => one?.wrong ?? 0))}`,
      ].join(' | ')} |`,
    )
  }
  return lines.join('\n')
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await linkMigrations(build, resolve('migrations'))
  await ensureSigningKeys(join(folder, 'keys.json'))
  const issuer = await startIssuer()
  const running: { stop(): Promise<void> }[] = []
  try {
    const databases = await openDatabases(folder, await freePort(), (url) => environmentOf(url, issuer.url))
    running.push(databases)
    const callers = await callersOf(callerCount, issuer.url, tokens(issuer), recordsOfRegular)
    const qualification = await qualificationOf(databases.full)
    const environment = environmentOf(databases.full, issuer.url)
    const contestants: Contestant[] = []
    for (const name of chosen(contestantNames)) {
      const flags = profile && name === 'gateway' ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
      const contestant = await startContestant(name, { build, logs: folder, environment, flags })
      running.push(contestant)
      contestants.push(contestant)
    }
    const results = await compare(contestants, (name, workload) => requestsOf(name, workload, callers, qualification))
    const table = `${new Date().toISOString()}, ${rounds} rounds of ${seconds} s, 32 connections\n\n${describe(results)}\n`
    console.log(table)
    writeFileSync(join(folder, 'results.md'), table)
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

/** Contestants take turns within each round, after one round that does not count. */
async function compare(
  contestants: readonly Contestant[],
  requestsFor: (name: ContestantName, workload: WorkloadName) => ReturnType<typeof requestsOf>,
): Promise<Results> {
  const results = {} as Results
  for (const workload of chosen(workloadNames)) {
    results[workload] = {}
    for (let number = 0; number <= rounds; number++) {
      for (const { name, url, pid } of contestants) {
        const requests = requestsFor(name, workload)
        if (!requests) continue
        const one = await round(url, pid, requests, { seconds: number === 0 ? 2 : seconds })
        if (number === 0) continue
        results[workload][name] = [...(results[workload][name] ?? []), one]
        console.log(
          `${workload} ${name}: ${one.requestsPerSecond.toFixed(0)}/s, p99 ${one.p99Ms} ms, ${one.wrong} wrong`,
        )
      }
    }
  }
  return results
}

await main()
