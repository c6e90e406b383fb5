/** Builds a small graph and server for tests of the platform alone. */
import type { FastifyInstance } from 'fastify'
import { buildSchema, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql'
import { anonymousViewer } from '../../../src/auth/viewer.ts'
import { badUserInput, forbidden } from '../../../src/graph/contract/errors.ts'
import { Executor, type ExecutorOptions } from '../../../src/graph/execution/executor.ts'
import type { ContextParts } from '../../../src/graph/execution/request.ts'
import { Admission } from '../../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../../src/graph/limits/rate-limit.ts'
import { TrustedDocuments } from '../../../src/graph/limits/trusted-documents.ts'
import { buildServer, type ServerParts } from '../../../src/http/server.ts'
import { openLog } from '../../../src/observability/log.ts'
import { Metrics } from '../../../src/observability/metrics.ts'
import { FailureKind, Upstream, UpstreamFailure } from '../../../src/values/upstream-failure.ts'

const definitions = /* GraphQL */ `
  enum Colour { RED GREEN } enum Mood { GLAD MERRY @deprecated }
  input Wish { name: String!, count: Int = 3, colour: Colour, when: Day, inner: Wish, hue: String @deprecated, moods: [Mood!] }
  "Calendar day."
  scalar Day
  type Query {
    hello(name: String = "world"): String
    echo(wish: Wish!): String
    day(day: Day = "2026-01-01"): Day
    items(first: Int, after: String, last: Int): ItemConnection!
    item(id: ID!): Item
    itemsById(ids: [ID!]!): [Item]!
    broken: String
    brokenStrict: Strict
    refused: String
    outside: String
    echoed: String
    aborted: String
    whoAmI: String
    old: String @deprecated(reason: "Use hello.")
  }
  type Strict { value: String! other: String }
  type ItemConnection { edges: [ItemEdge!]! nodes: [Item!]! totalCount: Int! }
  type ItemEdge { cursor: String! node: Item! }
  type Item { id: ID! name: String! parts(first: Int): ItemConnection! labels: [String!]! notes: [Note!]! }
  type Note { text: String! item: Item! }
  type Mutation { add(name: String!): Item  addMany(names: [String!]!): [Item!]! }
  type Subscription { ticked(upTo: Int!): Int changed(id: ID!): Item failing: Int forbiddenToMe: Int }
`

const item = (id: string) => ({ id, name: `item ${id}`, labels: ['a', 'b'], notes: [{ text: 'one' }] })
const page = (first: number) => {
  const nodes = Array.from({ length: first }, (_, index) => item(String(index + 1)))
  return { nodes, edges: nodes.map((node) => ({ cursor: node.id, node })), totalCount: 100 }
}

type Resolver = GraphQLFieldResolver<Record<string, unknown>, ContextParts>

const resolvers: Record<string, Record<string, Resolver>> = {
  Query: {
    hello: (_root, { name }) => `hello ${name}`,
    echo: (_root, { wish }) => JSON.stringify(wish),
    day: (_root, { day }) => day,
    items: async (_root, { first, last }) => page(first ?? last ?? 20),
    item: (_root, { id }) => item(id),
    itemsById: (_root, { ids }) => ids.map(item),
    broken: async () => {
      throw new Error('select * from learner where email = ada@example.org')
    },
    brokenStrict: () => ({ value: null, other: 'there' }),
    refused: () => {
      throw badUserInput('"name" must be short.', 'name')
    },
    outside: () => {
      throw new UpstreamFailure(FailureKind.Unknown, Upstream.PayPal, 'timeout', 'secret address', {
        retryAfterSeconds: 7,
      })
    },
    echoed: () => {
      const extensions = { code: 'BAD_USER_INPUT', validationErrors: [{ target: { password: 'hunter2' } }] }
      throw new GraphQLError('Argument Validation Error', { extensions })
    },
    aborted: (_root, _args, { signal }) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve('aborted')
        else signal.addEventListener('abort', () => resolve('aborted'))
      }),
    whoAmI: (_root, _args, { viewer }) => viewer.key,
    old: () => 'old',
  },
  Item: { parts: (_item, { first }) => page(first ?? 20) },
  Note: { item: () => item('1') },
  Subscription: { ticked: (tick) => tick, changed: (id) => item(String(id)), failing: (tick) => tick },
  Mutation: { add: (_root, { name }) => item(name), addMany: (_root, { names }) => names.map(item) },
}

/** Who waits for changes, so that tests can make them and see that nobody is left. */
export const changes = new Map<string, Set<() => void>>()

/** Tells whoever waits for that item. */
export function change(id: string): void {
  for (const wake of changes.get(id) ?? []) wake()
}

function changesOf(id: string): AsyncIterableIterator<string> {
  let wake = () => {}
  let ended = false
  let changed = false
  const heard = () => {
    changed = true
    wake()
  }
  const waiting = changes.get(id) ?? new Set()
  changes.set(id, waiting.add(heard))
  return {
    async next() {
      while (!changed && !ended) await new Promise<void>((resolve) => (wake = resolve))
      changed = false
      return ended ? { done: true, value: undefined } : { done: false, value: id }
    },
    async return() {
      ended = true
      waiting.delete(heard)
      wake()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The last number that `ticked` was asked for. */
export const ticks = { last: 0 }

async function* countTo(last: number) {
  for (let n = 1; n <= last; n += 1) {
    ticks.last = n
    yield n
  }
}

async function* failAfterOne() {
  yield 1
  throw new Error('connection to 10.0.0.1 lost')
}

const subscribers: Record<string, Resolver> = {
  ticked: (_root, { upTo }) => countTo(upTo),
  changed: (_root, { id }) => changesOf(id),
  failing: () => failAfterOne(),
  forbiddenToMe: () => {
    throw forbidden('Only operators may do this.')
  },
}

/** The schema, made new each time: executors may keep what they like with it. */
export function smallSchema(): GraphQLSchema {
  const schema = buildSchema(definitions)
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName)
    if (!isObjectType(type)) throw new Error(`no type ${typeName}`)
    for (const [name, resolve] of Object.entries(fields)) Object.assign(type.getFields()[name] ?? {}, { resolve })
  }
  for (const [name, subscribe] of Object.entries(subscribers)) {
    Object.assign(schema.getSubscriptionType()?.getFields()[name] ?? {}, { subscribe })
  }
  const day = schema.getType('Day')
  const parseValue = (value: unknown) => {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) throw new TypeError(`not a day: ${value}`)
    return new Date(value)
  }
  const serialize = (value: unknown) => (value instanceof Date ? value.toISOString().slice(0, 10) : value)
  Object.assign(day ?? {}, {
    parseValue,
    serialize,
    parseLiteral: (node: { value: unknown }) => parseValue(node.value),
  })
  return schema
}

/** The executor with ample rate limits, unless a test is about them. */
export function smallExecutor(schema: GraphQLSchema, options: Partial<ExecutorOptions> = {}): Executor {
  return new Executor(schema, { admission: new Admission(new MemoryRateLimits()), ...options })
}

/** A log that keeps its lines, as objects. */
export function keptLog(level = 'info') {
  const lines: Record<string, unknown>[] = []
  const log = openLog(level, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

export interface SmallServer {
  fastify: FastifyInstance
  url: string
  lines: Record<string, unknown>[]
  /** POSTs a GraphQL request and reads the answer. */
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  status: number
  headers: Headers
  data?: Record<string, unknown> | null
  errors?: { message: string; path?: (string | number)[]; locations?: object[]; extensions: Record<string, unknown> }[]
  extensions?: Record<string, unknown>
}

/** Sends a body to /graphql and reads the answer. */
export async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return {
    status: answer.status,
    headers: answer.headers,
    ...((await answer.json()) as Omit<Answer, 'status' | 'headers'>),
  }
}

/** Starts the small graph on a free port; whatever a test needs otherwise is handed in. */
export async function startSmallServer(parts: Partial<ServerParts> = {}): Promise<SmallServer> {
  const { log, lines } = keptLog()
  const schema = parts.schema ?? smallSchema()
  const metrics = parts.metrics ?? new Metrics()
  const fastify = await buildServer({
    schema,
    executor: smallExecutor(schema),
    authenticate: (_authorization, sender) => anonymousViewer(sender.ip),
    expiryOf: () => null,
    buildContext: (context) => context,
    metrics,
    trusted: new TrustedDocuments({ texts: new Map(), arbitraryFor: null }),
    webhooks: [],
    checks: [],
    publicHealth: true,
    log,
    introspection: true,
    allowedOrigins: [],
    https: false,
    trustProxy: false,
    ...parts,
  })
  const url = await fastify.listen({ host: '127.0.0.1', port: 0 })
  return {
    fastify,
    url,
    lines,
    ask: (query, variables, headers) => post(url, { query, variables }, headers),
    close: () => fastify.drain({ idleMs: 0, limitMs: 1000 }),
  }
}
