/** Asks by curl, and by the bytes of Java's client that offers HTTP/2. */
import { execFile } from 'node:child_process'
import { createConnection } from 'node:net'
import { promisify } from 'node:util'
import { CHANGES, type Client, COURSES, expectChange, expectCourses, expectMe, ME, none, type Verdict } from './cell.ts'
import { firstEvent } from './events.ts'
import { idOf } from './local-world.ts'

const run = promisify(execFile)

async function curl(...args: string[]): Promise<unknown> {
  const { stdout } = await run('curl', ['--http2', '--silent', '--show-error', '--max-time', '8', ...args])
  const { data, errors } = JSON.parse(stdout) as { data?: unknown; errors?: { extensions: { code: string } }[] }
  if (errors) throw new Error(errors.map(({ extensions }) => extensions.code).join())
  return data
}

const json = ['-H', 'content-type: application/json']
const body = (fields: object) => [...json, '-d', JSON.stringify(fields)]
const hashed = { persistedQuery: { version: 1, sha256Hash: idOf(COURSES) } }
const parameter = (name: string, value: string | object) => [
  '--data-urlencode',
  `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
]

/** Events by curl, at either address. */
async function events(url: string, token: string, happen: () => Promise<void>): Promise<Verdict> {
  const left = new AbortController()
  const args = [
    '--http2',
    '-sN',
    '--max-time',
    '8',
    '-H',
    'accept: text/event-stream',
    '-H',
    `authorization: Bearer ${token}`,
  ]
  const event = await firstEvent(happen, (next, error) => {
    const child = execFile('curl', [...args, ...body({ query: CHANGES }), url], { signal: left.signal }, (problem) => {
      if (problem && !left.signal.aborted) error(problem)
    })
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += chunk
      const line = /^data: ?(\{.*\})\n/m.exec(text)
      if (!line?.[1]) return
      const told = JSON.parse(line[1])
      next((told.payload ?? told).data)
    })
    return () => left.abort()
  })
  return expectChange(event)
}

export const byCurl: Client = {
  name: 'curl --http2',
  cells: {
    POST: async ({ graphql, token }) =>
      expectMe(await curl(...body({ query: ME }), '-H', `authorization: Bearer ${await token('ada')}`, graphql)),
    GET: async ({ graphql }) => expectCourses(await curl('--get', ...parameter('query', COURSES), graphql)),
    'APQ by POST': async ({ graphql }) =>
      expectCourses(await curl(...body({ query: COURSES, extensions: hashed }), graphql)),
    'APQ by GET': async ({ graphql }) =>
      expectCourses(await curl('--get', ...parameter('extensions', hashed), ...parameter('query', COURSES), graphql)),
    'trusted id': async ({ graphql }) => expectCourses(await curl(...body({ documentId: idOf(COURSES) }), graphql)),
    WebSocket: none('not in Debian’s build'),
    'SSE /graphql/stream': async (world) => {
      const learner = await world.newLearner()
      return events(world.stream, await learner.token(), learner.enrol)
    },
    'SSE /graphql': async (world) => {
      const learner = await world.newLearner()
      return events(world.graphql, await learner.token(), learner.enrol)
    },
    'token ends': async ({ graphql, token }) => {
      const authorization = `authorization: Bearer ${await token('ada', -60)}`
      const refused = await curl(...body({ query: ME }), '-H', authorization, graphql).catch(String)
      if (!/UNAUTHENTICATED/.test(`${refused}`)) throw new Error(`${refused}`)
      return 'refused: UNAUTHENTICATED'
    },
    abort: none('ends with its process'),
    browser: none('is none'),
  },
}

/** A request that offers HTTP/2 over plain text, byte for byte as Java's own client sends it; answers the response. */
function offering(url: string, { method = 'GET', text = '', headers = {} }): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url)
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    'Connection: Upgrade, HTTP2-Settings',
    ...(text ? [`Content-Length: ${Buffer.byteLength(text)}`] : []),
    `Host: ${hostname}:${port}`,
    'HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAABgAGAAA',
    'Upgrade: h2c',
    'User-Agent: Java-http-client/21.0.5',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = createConnection(Number(port), hostname, () => socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`))
  let answer = ''
  socket.on('error', reject)
  socket.on('close', () => reject(new Error(`closed after ${answer}`)))
  socket.on('data', (chunk) => {
    answer += chunk
    const head = answer.indexOf('\r\n\r\n')
    const length = Number(/^content-length: (\d+)/im.exec(answer)?.[1] ?? Number.NaN)
    if (head === -1 || !(Buffer.byteLength(answer.slice(head + 4)) >= length)) return
    resolve(answer)
    socket.destroy()
  })
  return promise
}

async function dataOf(answered: Promise<string>): Promise<unknown> {
  const answer = await answered
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer.split('\r\n', 1)[0])
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).data
}

const asJson = { 'Content-Type': 'application/json' }

export const byJava: Client = {
  name: 'Java’s HTTP client (Upgrade: h2c)',
  cells: {
    POST: async ({ graphql, token }) => {
      const headers = { ...asJson, Authorization: `Bearer ${await token('ada')}` }
      return expectMe(await dataOf(offering(graphql, { method: 'POST', text: JSON.stringify({ query: ME }), headers })))
    },
    GET: async ({ graphql }) =>
      expectCourses(await dataOf(offering(`${graphql}?query=${encodeURIComponent(COURSES)}`, {}))),
    'APQ by POST': async ({ graphql }) => {
      const text = JSON.stringify({ query: COURSES, extensions: hashed })
      return expectCourses(await dataOf(offering(graphql, { method: 'POST', text, headers: asJson })))
    },
    'APQ by GET': async ({ graphql }) => {
      const search = new URLSearchParams({ query: COURSES, extensions: JSON.stringify(hashed) })
      return expectCourses(await dataOf(offering(`${graphql}?${search}`, {})))
    },
    'trusted id': async ({ graphql }) => {
      const text = JSON.stringify({ documentId: idOf(COURSES) })
      return expectCourses(await dataOf(offering(graphql, { method: 'POST', text, headers: asJson })))
    },
    WebSocket: none('a request of another kind'),
    'SSE /graphql/stream': none('a request of another kind'),
    'SSE /graphql': none('a request of another kind'),
    'token ends': async ({ graphql, token }) => {
      const headers = { ...asJson, Authorization: `Bearer ${await token('ada', -60)}` }
      const answer = await offering(graphql, { method: 'POST', text: JSON.stringify({ query: ME }), headers })
      if (!/^HTTP\/1.1 401/.test(answer) || !answer.includes('UNAUTHENTICATED')) throw new Error(answer)
      return 'refused: UNAUTHENTICATED'
    },
    abort: none('closes its connection'),
    browser: none('is none'),
  },
}
