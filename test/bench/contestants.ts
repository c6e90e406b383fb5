/** Starts the compared servers as child processes and prepares their requests. */
import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { globalId } from '../../src/graph/contract/global-id.ts'
import { subjectOf, uuidOfRow } from './fill.ts'
import type { Request } from './load.ts'
import { catalogue, dashboard, eligibility, ordinaryCatalogue, ordinaryDashboard, typename } from './workloads.ts'

export const contestantNames = ['raw', 'gateway', 'before', 'interpreting', 'ordinary'] as const
export type ContestantName = (typeof contestantNames)[number]

/** As the table calls them. */
export const titleOf: Readonly<Record<ContestantName, string>> = {
  raw: 'raw',
  gateway: 'gateway',
  before: 'before',
  interpreting: 'gateway without compiled queries',
  ordinary: 'ordinary stack',
}

export const workloadNames = ['catalogue', 'catalogue-anonymous', 'dashboard', 'typename', 'eligibility'] as const
export type WorkloadName = (typeof workloadNames)[number]

export interface Contestant {
  name: ContestantName
  url: string
  pid: number
  stop(): Promise<void>
}

/** Who is asked for: each caller has a rate limit of their own, as in life. */
export interface Caller {
  subject: string
  token: string
  issuer: string
  /** Their first credit record's number. */
  firstRecord: number
}

const PAGE_SIZE = 20

/** To finish what was begun. */
const STARTS_WITHIN_MS = 10_000

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** What Node is started with: a gateway as `npm run serve` of its commit starts it. */
function programOf(name: ContestantName, build: string, earlier: string | null): string[] {
  if (name === 'raw' || name === 'ordinary') return [join(build, `test/bench/${name}.contestant.js`)]
  const [main, project] =
    name === 'before' ? [join(earlier!, 'dist/main.js'), earlier!] : [join(build, 'src/main.js'), '.']
  const { serve } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).scripts
  return [...((serve as string).match(/--\S+/g) ?? []), main]
}

export interface StartOptions {
  build: string
  /** The folder of the contestant `before`. */
  earlier: string | null
  logs: string
  environment: NodeJS.ProcessEnv
  flags?: string[]
}

/** Starts one and waits until it answers. */
export async function startContestant(
  name: ContestantName,
  { build, earlier, logs, environment, flags = [] }: StartOptions,
): Promise<Contestant> {
  const port = await freePort()
  const log = openSync(join(logs, `${name}.log`), 'w')
  const program = programOf(name, build, earlier)
  const compiled = name === 'interpreting' ? { COMPILED_QUERIES: 'off' } : {}
  const child = spawn(process.execPath, [...flags, ...program, `${port}`, environment.DATABASE_URL!], {
    env: { ...environment, ...compiled, PORT: `${port}` },
    stdio: ['ignore', log, log],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  const contestant = {
    name,
    url,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM')
      const patience = setTimeout(() => child.kill('SIGKILL'), STARTS_WITHIN_MS)
      await ended
      clearTimeout(patience)
    },
  }
  const health = `${url}${name === 'raw' ? '/typename' : '/graphql?query={__typename}'}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended; see ${join(logs, `${name}.log`)}`)
    const answer = await fetch(health, { headers: { 'apollo-require-preflight': 'yes' } }).catch(() => null)
    if (answer?.ok) return contestant
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export function graphql(query: string, variables: object, headers: Record<string, string>): Request {
  return {
    path: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  }
}

function rawRequest(workload: WorkloadName, caller: Caller, qualification: string): Request {
  const { subject, issuer, firstRecord } = caller
  const records = [0, 1, 2].map((n) => uuidOfRow('creditRecord', firstRecord + n))
  switch (workload) {
    case 'typename':
      return { method: 'GET', path: '/typename' }
    case 'dashboard':
      return {
        method: 'GET',
        path: `/dashboard?first=${PAGE_SIZE}&learner=${subject}&issuer=${encodeURIComponent(issuer)}`,
      }
    case 'eligibility':
      return { method: 'GET', path: `/eligibility?qualification=${qualification}&records=${records.join()}` }
    default:
      return { method: 'GET', path: `/catalogue?first=${PAGE_SIZE}` }
  }
}

function gatewayRequest(
  workload: WorkloadName,
  { token, firstRecord }: Caller,
  n: number,
  qualification: string,
): Request {
  const signedIn = { authorization: `Bearer ${token}` }
  const creditRecordIds = [0, 1, 2].map((at) => globalId('CreditRecord', uuidOfRow('creditRecord', firstRecord + at)))
  switch (workload) {
    case 'catalogue':
      return graphql(catalogue, { first: PAGE_SIZE }, signedIn)
    case 'catalogue-anonymous':
      return graphql(
        catalogue,
        { first: PAGE_SIZE },
        { 'x-forwarded-for': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` },
      )
    case 'dashboard':
      return graphql(dashboard, { first: PAGE_SIZE }, signedIn)
    case 'typename':
      return graphql(typename, {}, signedIn)
    case 'eligibility':
      return graphql(
        eligibility,
        { input: { qualificationId: globalId('Qualification', qualification), creditRecordIds } },
        signedIn,
      )
  }
}

/** One request of each caller; null when the contestant does not have that workload. */
export function requestsOf(
  name: ContestantName,
  workload: WorkloadName,
  callers: readonly Caller[],
  qualification: string,
): Request[] | null {
  if (name === 'ordinary' && workload === 'eligibility') return null
  return callers.map((caller, n) => {
    if (name === 'raw') return rawRequest(workload, caller, qualification)
    if (name !== 'ordinary') return gatewayRequest(workload, caller, n, qualification)
    const learner = { 'x-learner': caller.subject }
    if (workload === 'dashboard') return graphql(ordinaryDashboard, { first: PAGE_SIZE }, learner)
    return workload === 'typename'
      ? graphql(typename, {}, learner)
      : graphql(ordinaryCatalogue, { first: PAGE_SIZE }, learner)
  })
}

/** The first learners, whose enrolments fill a page; half of each one's enrolments have earned credit, in order. */
export async function callersOf(
  count: number,
  issuer: string,
  tokenOf: (subject: string) => Promise<string>,
  recordsEach: number,
): Promise<Caller[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => ({
      subject: subjectOf(n),
      issuer,
      firstRecord: n * recordsEach,
      token: await tokenOf(subjectOf(n)),
    })),
  )
}
