/** Tests that a client's leaving cancels its reads but not its writes. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { pino } from 'pino'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { RequestEnded } from '../../src/graph/execution/request.ts'
import { statement } from '../../src/reading/statement.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { startReplica } from '../support/world/replica.ts'
import { enrol, enrolmentOf, linked, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
/** Locks what others want to read. */
let locker: pg.Client
/** Sees who waits: within a transaction one always sees the same. */
let watcher: pg.Client
beforeAll(async () => {
  world = await startWorld()
  locker = new pg.Client({ connectionString: world.databaseUrl })
  watcher = new pg.Client({ connectionString: world.databaseUrl })
  await Promise.all([locker.connect(), watcher.connect()])
})
afterAll(async () => {
  await Promise.all([locker?.end(), watcher?.end()])
  await world?.close()
})

/** A client that can leave; `left` settles once it has. */
function client(url: string, query: string, variables: object = {}, token?: string) {
  const leaving = new AbortController()
  const left = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  }).then(
    ({ status }) => status,
    () => 'left',
  )
  return { left, leave: () => leaving.abort() }
}

/** Waits until so many connections of that name are waiting for a lock, or at their work. */
async function busy(name: string, count: number, state = "wait_event_type = 'Lock'"): Promise<void> {
  const asked = `select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = $1 and state = 'active' and ${state}`
  while ((await watcher.query(asked, [name])).rows[0].count !== count);
}

async function whileLocked(what: string, work: () => Promise<void>): Promise<void> {
  await locker.query('begin')
  await locker.query(what)
  try {
    await work()
  } finally {
    await locker.query('rollback')
  }
}

describe('SQL', () => {
  it('that only reads ends with its client, and who waits behind it is answered', async () => {
    await whileLocked('lock table qualification in access exclusive mode', async () => {
      const query = '{ qualifications(first: 1) { totalCount nodes { title } } }'
      const clients = [client(world.url, query), client(world.url, query)]
      // Both connections for reads are held up.
      await busy('gateway-read', 2)
      const behind = world.ask(null, '{ institution(slug: "the-open-university") { name } }')
      const leftMs = performance.now()
      for (const one of clients) one.leave()
      expect((await behind).data.institution.name).toBe('The Open University')
      await busy('gateway-read', 0)
      // Left alone they would have been ended by PostgreSQL after 5 s.
      expect(performance.now() - leftMs).toBeLessThan(3000)
    })
    const { data } = await world.ask(null, '{ qualifications(first: 1) { nodes { title } } }')
    expect(data.qualifications.nodes).toHaveLength(1)
  })

  it('of a request that is over is not even sent', async () => {
    const context = contextOf(AbortSignal.abort(new RequestEnded('over')))
    const before = world.app.read.pending
    await expect(context.read.rows(statement('nothing', 'select 1'))).rejects.toThrow('over')
    expect(world.app.read.pending).toBe(before)
  })

  it('that writes ends at the deadline, and nothing of it is kept', async () => {
    const deadline = new AbortController()
    const writing = inTransaction(contextOf(deadline.signal).em, async (tx) => {
      await tx.execute("insert into sync_state (list, report) values ('unfinished', '[]')")
      await tx.execute('select pg_sleep(60)')
    })
    // Kysely tells the console of each statement that it has cancelled.
    const told = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    const ended = expect(writing).rejects.toThrow('too late')
    await busy('gateway-write', 1, "query like 'select pg_sleep%'")
    deadline.abort(new RequestEnded('too late'))
    await ended
    await busy('gateway-write', 0, "query like 'select pg_sleep%'")
    expect((await watcher.query("select 1 from sync_state where list = 'unfinished'")).rowCount).toBe(0)
    told.mockRestore()
  })
})

it('a mutation whose client leaves is done to the end', async () => {
  const persona = await linked(world, 'leaver')
  const { enrolment } = await enrol(world, persona, (await newRun(world)).id)
  const document = 'mutation ($id: ID!) { cancelEnrolment(input: { enrolmentId: $id }) { enrolment { status } } }'
  await whileLocked('lock table enrolment in share mode', async () => {
    const { leave, left } = client(world.url, document, { id: enrolment.id }, await world.tokenOf(persona))
    await busy('gateway-write', 1)
    leave()
    expect(await left).toBe('left')
  })
  while ((await enrolmentOf(world, persona, enrolment.id)).status !== 'CANCELLED');
})

it('a call to the partner ends with the client that it was made for', async () => {
  const calls = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  // Takes whatever is asked and never answers.
  const silent = createServer((_request, response) => {
    calls.resolve()
    response.once('close', () => ended.resolve())
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const replica = await startReplica(world, { PARTNER_BASE_URL: `http://127.0.0.1:${port}` })
  try {
    const query = '{ course(slug: "agile-project-leadership") { runs(first: 1) { nodes { placesRemaining } } } }'
    const { leave } = client(replica.url, query)
    await calls.promise
    leave()
    await ended.promise
  } finally {
    await replica.close()
    silent.closeAllConnections()
    silent.close()
  }
})

function contextOf(signal: AbortSignal) {
  const viewer = anonymousViewer('127.0.0.1')
  return world.app.contextFor({ viewer, correlationId: 'test', signal, log: pino({ level: 'silent' }) })
}
