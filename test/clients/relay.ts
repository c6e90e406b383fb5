/** Compiles a query by Relay's compiler and asks it by Relay's runtime. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import relay, { type RequestParameters, type Variables } from 'relay-runtime'
import { inBrowser } from './browser.ts'
import { type Cell, type Client, expectAborted, expectChange, expectCourses, expectMe, none } from './cell.ts'
import { firstEvent, learnerWithEndingToken } from './events.ts'
import { type LocalWorld, root } from './local-world.ts'

const { Environment, Network, Observable, RecordSource, Store, fetchQuery, requestSubscription } = relay

const SOURCES = `import { graphql } from 'relay-runtime'
graphql\`query askedCoursesQuery { courses(first: 2) { nodes { id slug title } } }\`
graphql\`query askedMeQuery { viewer { id learner { id } } }\`
graphql\`subscription askedChangesSubscription { myEnrolmentsChanged { enrolment { id status } learner { id } } }\`
`

// biome-ignore lint/suspicious/noExplicitAny: what the compiler wrote has no type here
type Compiled = Record<'courses' | 'me' | 'changes', any> & { texts: string[] }

async function compile(persisted: boolean): Promise<Compiled> {
  const folder = await mkdtemp(join(import.meta.dirname, '.relay-'))
  try {
    await writeFile(join(folder, 'asked.js'), SOURCES)
    await cp(join(root, 'schema.graphql'), join(folder, 'schema.graphql'))
    const config = {
      src: '.',
      schema: './schema.graphql',
      language: 'javascript',
      eagerEsModules: true,
      ...(persisted && { persistConfig: { file: './persisted.json', algorithm: 'SHA256' } }),
    }
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config))
    await writeFile(join(folder, 'persisted.json'), '{}')
    const compiler = join(import.meta.dirname, 'node_modules/.bin/relay-compiler')
    await promisify(execFile)(compiler, ['relay.config.json'], { cwd: folder })
    const artifact = async (name: string) => (await import(join(folder, '__generated__', `${name}.graphql.js`))).default
    return {
      courses: await artifact('askedCoursesQuery'),
      me: await artifact('askedMeQuery'),
      changes: await artifact('askedChangesSubscription'),
      texts: Object.values(JSON.parse(await readFile(join(folder, 'persisted.json'), 'utf8'))),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const compiled = await compile(false)
const persisted = await compile(true)
export const trustedByRelay = persisted.texts

type Ask = (params: RequestParameters, variables: Variables) => Promise<never>

/** As Relay's guide writes it: the text, or the id of a persisted one. */
const fetching = ({ graphql }: LocalWorld, authorization?: string, signal?: AbortSignal): Ask => {
  return async ({ text, id }, variables) => {
    const response = await fetch(graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(text ? { query: text, variables } : { documentId: id, variables }),
      ...(signal && { signal }),
    })
    return (await response.json()) as never
  }
}

const environment = (ask: Ask, streams?: Parameters<typeof Network.create>[1]) =>
  new Environment({ network: Network.create(ask, streams), store: new Store(new RecordSource()) })

const data = (asked: ReturnType<typeof fetchQuery>) => asked.toPromise() as Promise<unknown>

/** The first event by a client of a transport, as Relay's guide wires it. */
async function streamed(
  client: ReturnType<typeof createClient> | ReturnType<typeof createEventClient>,
  happen: () => Promise<void>,
) {
  const open = environment(
    () => Promise.reject(new Error('nothing is asked')),
    ({ text, name }, variables) =>
      Observable.create((sink) =>
        client.subscribe({ operationName: name, query: text ?? '', variables }, sink as never),
      ),
  )
  const event = await firstEvent(happen, (next, error) => {
    const { dispose } = requestSubscription(open, {
      subscription: compiled.changes,
      variables: {},
      onNext: next,
      onError: error,
    })
    return dispose
  })
  return expectChange(event)
}

const tokenEnds: Cell = async (world) => {
  const { token, happen } = await learnerWithEndingToken(world)
  const connectionParams = async () => ({ authorization: `Bearer ${await token()}` })
  return streamed(createClient({ url: world.socket, connectionParams }), happen)
}

export const relayClient: Client = {
  name: 'Relay',
  cells: {
    POST: async (world) => {
      const ask = fetching(world, `Bearer ${await world.token('ada')}`)
      return expectMe(await data(fetchQuery(environment(ask), compiled.me, {})))
    },
    GET: none('its network is the application’s, by POST in its guide'),
    'APQ by POST': none('persists when compiling'),
    'APQ by GET': none('persists when compiling'),
    'trusted id': async (world) =>
      expectCourses(await data(fetchQuery(environment(fetching(world)), persisted.courses, {}))),
    WebSocket: async (world) => {
      const learner = await world.newLearner()
      const connectionParams = async () => ({ authorization: `Bearer ${await learner.token()}` })
      return streamed(createClient({ url: world.socket, connectionParams }), learner.enrol)
    },
    'SSE /graphql/stream': async (world) => {
      const learner = await world.newLearner()
      const headers = async () => ({ authorization: `Bearer ${await learner.token()}` })
      return streamed(createEventClient({ url: world.stream, headers }), learner.enrol)
    },
    'SSE /graphql': async (world) => {
      const learner = await world.newLearner()
      const headers = async () => ({ authorization: `Bearer ${await learner.token()}` })
      return streamed(createEventClient({ url: world.graphql, headers }), learner.enrol)
    },
    'token ends': tokenEnds,
    abort: (world) => {
      const left = new AbortController()
      const asked = data(fetchQuery(environment(fetching(world, undefined, left.signal)), compiled.courses, {}))
      left.abort()
      return expectAborted(asked)
    },
    browser: inBrowser('relay', ['courses', 'me']),
  },
}
