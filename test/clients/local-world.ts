/** Starts the local world on free ports, and makes learners and changes in it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

const PORTS = [
  'PORT',
  'OPERATIONS_PORT',
  'PARTNER_PORT',
  'STRIPE_PORT',
  'PAYPAL_PORT',
  'IDENTITY_PORT',
  'MAIL_PORT',
  'SMTP_PORT',
  'POSTGRES_PORT',
]
const READY_WITHIN_MS = 90_000

export interface Learner {
  token(): Promise<string>
  /** Takes a place, which the learner's streams hear of. */
  enrol(): Promise<void>
}

export interface LocalWorld {
  /** Of the operations. */
  graphql: string
  stream: string
  socket: string
  /** A token of a persona for so many seconds, 8 hours unless said. */
  token(persona: string, seconds?: number): Promise<string>
  /** A new learner with an account at the partner. */
  newLearner(): Promise<Learner & { persona: string }>
  stop(): Promise<void>
}

export const idOf = (document: string) => createHash('sha256').update(document).digest('hex')

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

async function readyWorld(npm: ChildProcess): Promise<void> {
  let printed = ''
  await new Promise<void>((ready, failed) => {
    const late = setTimeout(() => failed(new Error(`not ready in time: ${printed}`)), READY_WITHIN_MS)
    for (const output of [npm.stdout, npm.stderr])
      output?.on('data', (text) => {
        printed += text
        if (!printed.includes('Ctrl-C stops everything')) return
        clearTimeout(late)
        ready()
      })
    npm.once('close', () => failed(new Error(`npm start ended: ${printed}`)))
  })
}

/** Resolves when the world is ready, as after `npm start`; it knows the `trusted` documents by their ids. */
export async function startLocalWorld(trusted: readonly string[]): Promise<LocalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'clients-'))
  // PostgreSQL runs as another user where this is root.
  await chmod(folder, 0o755)
  const manifest = join(folder, 'trusted.json')
  await writeFile(manifest, JSON.stringify(Object.fromEntries(trusted.map((text) => [idOf(text), text]))))
  const env: NodeJS.ProcessEnv = { ...process.env, LOCAL_DIR: folder, TRUSTED_DOCUMENTS_FILE: manifest }
  delete env.NODE_ENV
  for (const name of PORTS) env[name] = `${await freePort()}`
  const npm = spawn('npm', ['start'], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = async () => {
    if (npm.exitCode === null && npm.pid !== undefined) {
      process.kill(-npm.pid, 'SIGINT')
      await once(npm, 'close')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await readyWorld(npm)
  } catch (problem) {
    await stop()
    throw problem
  }
  const origin = `127.0.0.1:${env.PORT}`
  const graphql = `http://${origin}/graphql`

  const token = async (persona: string, seconds = 28_800) => {
    const { access_token } = await post(`http://127.0.0.1:${env.IDENTITY_PORT}/_sandbox/token`, {
      persona,
      expires_in: seconds,
    })
    return access_token as string
  }
  const ask = async (persona: string, query: string, variables = {}) => {
    const { data, errors } = await post(
      graphql,
      { query, variables },
      { authorization: `Bearer ${await token(persona)}` },
    )
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
  let learners = 0
  const runs = await openRuns(graphql)
  return {
    graphql,
    stream: `${graphql}/stream`,
    socket: graphql.replace('http', 'ws'),
    token,
    async newLearner() {
      learners += 1
      const persona = `learner:client-${learners}`
      const { linkPartnerAccount } = await ask(
        persona,
        'mutation { linkPartnerAccount(input: { returnUrl: "http://127.0.0.1:3000/back" }) { partnerAccount { invitationUrl } } }',
      )
      const { invitationUrl } = linkPartnerAccount.partnerAccount
      if (invitationUrl) {
        await fetch(invitationUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      }
      let taken = 0
      return {
        persona,
        token: () => token(persona),
        async enrol() {
          const input = {
            courseRunId: runs[taken],
            paymentMethod: 'CARD',
            returnUrl: 'http://127.0.0.1:3000/back',
            termsAccepted: true,
            idempotencyKey: `${persona}-${taken}-taking`,
          }
          taken += 1
          const { enrol } = await ask(
            persona,
            'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code message } } }',
            { input },
          )
          if (!enrol.enrolment) throw new Error(JSON.stringify(enrol.userErrors))
        },
      }
    },
    stop,
  }
}

/** Runs with room for a place of everybody who comes here. */
async function openRuns(graphql: string): Promise<string[]> {
  const { data } = await post(graphql, {
    query: '{ courses(first: 50, filter: { openForEnrolment: true }) { nodes { nextRun { id placesRemaining } } } }',
  })
  return data.courses.nodes
    .map((course: { nextRun: { id: string; placesRemaining: number | null } | null }) => course.nextRun)
    .filter((run: { placesRemaining: number | null } | null) => run && (run.placesRemaining ?? 100) > 40)
    .map((run: { id: string }) => run.id)
}

// biome-ignore lint/suspicious/noExplicitAny: what was asked for is read as it comes
async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return response.json()
}
