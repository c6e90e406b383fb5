/** Tests that a change through one gateway is heard at another. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import pg from 'pg'
import { WebSocket } from 'ws'
import { listenersAt, untilListening } from '../support/world/listeners.ts'
import { type Replica, startReplica } from '../support/world/replica.ts'
import { cancelEnrolment, enrol, linked, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let other: Replica
let sql: pg.Client
beforeAll(async () => {
  world = await startWorld()
  other = await startReplica(world)
  sql = new pg.Client({ connectionString: world.databaseUrl })
  await sql.connect()
  // The learner to whom an enrolment is given is known by having asked once.
  await world.ask('grace', '{ viewer { learner { id } } }')
})
afterAll(async () => {
  await sql?.end()
  await other?.close()
  await world?.close()
})

interface Heard {
  data?: { enrolmentUpdated: { status: string } | null } | null
}
interface Client {
  iterate(asked: { query: string; variables?: Record<string, unknown> }): AsyncIterableIterator<unknown>
  dispose(): unknown
}

/** The official clients; `urlOf` is asked at each connection, and they connect again when theirs is cut. */
const clients: [string, (authorization: string, urlOf: () => string) => Client][] = [
  [
    'WebSocket',
    (authorization, urlOf) =>
      createSocketClient({
        url: () => `${urlOf().replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 5,
        connectionParams: { authorization },
      }),
  ],
  [
    'server-sent events',
    (authorization, urlOf) =>
      createEventClient({ url: () => `${urlOf()}/graphql/stream`, headers: { authorization }, retryAttempts: 5 }),
  ],
]

const query = 'subscription ($id: ID!) { enrolmentUpdated(enrolmentId: $id) { status } }'
let learners = 0

/** A learner with an enrolment, listening to it at the gateway of that address. */
async function listening(open: (authorization: string) => Client, url: string) {
  const persona = await linked(world, `listener-${learners++}`)
  const { enrolment } = await enrol(world, persona, (await newRun(world)).id)
  const client = open(`Bearer ${await world.tokenOf(persona)}`)
  const before = await listenersAt(url)
  const heard = client.iterate({ query, variables: { id: enrolment.id } }) as AsyncIterableIterator<Heard>
  const next = heard.next()
  await untilListening(url, before)
  return { persona, enrolmentId: enrolment.id as string, client, heard, next }
}

describe.each(clients)('over %s', (_name, open) => {
  it('a change that was made through one gateway is heard at the other', async () => {
    const { persona, enrolmentId, client, heard, next } = await listening(
      (authorization) => open(authorization, () => other.url),
      other.url,
    )
    await cancelEnrolment(world, persona, enrolmentId)
    let last = (await next).value as Heard
    while (last.data?.enrolmentUpdated?.status !== 'CANCELLED') last = (await heard.next()).value
    expect(last).toEqual({ data: { enrolmentUpdated: { status: 'CANCELLED' } } })
    await client.dispose()
  })

  it('each event is authorised anew: who may no longer see the thing is not told how it stands', async () => {
    const { client, next } = await listening((authorization) => open(authorization, () => other.url), other.url)
    const { rows } = await sql.query(
      `update enrolment set learner_id = (select id from learner where subject = $1)
       where learner_id = (select id from learner where subject = $2) returning id`,
      ['grace', `listener-${learners - 1}`],
    )
    await sql.query('select pg_notify($1, $2)', ['gateway', `enrolment:${rows[0].id}`])
    expect((await next).value).toMatchObject({ data: null, errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    await client.dispose()
  })

  it('a stream goes on at a gateway that stays when its own goes away', async () => {
    const leaving = await startReplica(world)
    const urls = [leaving.url, other.url]
    const { persona, enrolmentId, client, heard, next } = await listening(
      (authorization) => open(authorization, () => urls.shift() as string),
      leaving.url,
    )
    const before = await listenersAt(other.url)
    await leaving.close()
    // It has begun again.
    await untilListening(other.url, before)
    await cancelEnrolment(world, persona, enrolmentId)
    let last = (await next).value as Heard
    while (last.data?.enrolmentUpdated?.status !== 'CANCELLED') last = (await heard.next()).value
    await client.dispose()
  })
})
