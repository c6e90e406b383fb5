/** Tests that learners hear every change of their enrolments, and of nobody else's. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { uuidOf } from '../../src/graph/contract/global-id.ts'
import { listenersAt, untilListening } from '../support/world/listeners.ts'
import { type Replica, startReplica } from '../support/world/replica.ts'
import { type Result, refusalOf } from '../support/world/stream-clients.ts'
import { cancelEnrolment, enrol, linked, newRun, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let other: Replica
beforeAll(async () => {
  world = await startWorld()
  other = await startReplica(world)
})
afterAll(async () => {
  await other?.close()
  await world?.close()
})

interface Client {
  iterate(asked: { query: string }): AsyncIterableIterator<unknown>
  dispose(): unknown
}
/** The official clients, at the gateway of that address. */
const clients: [string, (url: string, headers: Record<string, string>) => Client][] = [
  [
    'WebSocket',
    (url, connectionParams) =>
      createSocketClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams,
      }),
  ],
  [
    'server-sent events',
    (url, headers) => createEventClient({ url: `${url}/graphql/stream`, headers, retryAttempts: 0 }),
  ],
]

const query = `subscription { myEnrolmentsChanged { learner { enrolments { totalCount } } enrolment {
  id status progress { stepsCompletedRatio } creditRecord { status } payments { status refunds { status } } } } }`
interface Changed {
  id: string
  status: string
  progress: { stepsCompletedRatio: string } | null
  creditRecord: { status: string } | null
  payments: { status: string; refunds: { status: string }[] }[]
}
interface Heard {
  data: { myEnrolmentsChanged: { learner: { enrolments: { totalCount: number } }; enrolment: Changed } }
}

let learners = 0
const newLearner = () => linked(world, `lucy-${learners++}`)
const headersOf = async (persona: string) => ({ authorization: `Bearer ${await world.tokenOf(persona)}` })

describe.each(clients)('over %s', (_name, open) => {
  /** Begins to listen; `until` reads on to the first event for which it holds. */
  async function listening(persona: string, url: string) {
    const client = open(url, await headersOf(persona))
    const before = await listenersAt(url)
    const heard = client.iterate({ query }) as AsyncIterableIterator<Heard>
    const all: Heard['data']['myEnrolmentsChanged'][] = []
    let next = heard.next()
    await untilListening(url, before)
    return {
      client,
      all,
      async until(holds: (enrolment: Changed) => boolean): Promise<void> {
        for (;;) {
          const { value } = await next
          next = heard.next()
          all.push((value as Heard).data.myEnrolmentsChanged)
          if (holds((value as Heard).data.myEnrolmentsChanged.enrolment)) return
        }
      },
      async end() {
        next.catch(() => undefined)
        await client.dispose()
      },
    }
  }

  it('status, payment, progress, credit and refund of each enrolment are heard, at another replica too', async () => {
    const persona = await newLearner()
    const mine = await listening(persona, other.url)
    const { enrolmentId } = await registered(world, persona, (await newRun(world)).id)
    await mine.until(({ id, status }) => id === enrolmentId && status === 'REGISTERED')
    expect(mine.all.at(-1)?.learner.enrolments.totalCount).toBe(1)
    expect(mine.all.at(-1)?.enrolment.payments).toMatchObject([{ status: 'SUCCEEDED' }])
    const { enrolments } = await world.partnerLedger()
    const { uuid } = enrolments.at(-1)!
    await world.control('partner', `program_enrolments/${uuid}/progress`, { steps_completed_ratio: 0.5 })
    await world.settle()
    await mine.until(({ progress }) => progress?.stepsCompletedRatio === '0.5')
    await world.control('partner', `program_enrolments/${uuid}/result`, { status: 'passed', grade: '64' })
    await world.settle()
    await mine.until(({ status, creditRecord }) => status === 'COMPLETED' && creditRecord?.status === 'AWARDED')
    await requestRefund(world, 'operator', enrolmentId, { amountMinor: 100, reason: 'A courtesy.' })
    await world.settle()
    await mine.until(({ payments }) => payments[0]?.refunds[0]?.status === 'SUCCEEDED')
    expect(new Set(mine.all.map(({ enrolment }) => enrolment.id))).toEqual(new Set([enrolmentId]))
    await mine.end()
  })

  it("another learner's never arrive, and two of one's own that change together both do", async () => {
    const [persona, stranger] = [await newLearner(), await newLearner()]
    const mine = await listening(persona, world.url)
    const foreign = await enrol(world, stranger, (await newRun(world)).id)
    await cancelEnrolment(world, stranger, foreign.enrolment.id)
    const own = [await newRun(world), await newRun(world)]
    const made = await Promise.all(own.map(({ id }) => enrol(world, persona, id)))
    await Promise.all(made.map(({ enrolment }) => cancelEnrolment(world, persona, enrolment.id)))
    const waited = new Set(made.map(({ enrolment }) => enrolment.id))
    await mine.until(({ id, status }) => {
      if (status === 'CANCELLED') waited.delete(id)
      return waited.size === 0
    })
    const heard = new Set(mine.all.map(({ enrolment }) => enrolment.id))
    expect(heard).toEqual(new Set(made.map(({ enrolment }) => enrolment.id)))
    await mine.end()
  })

  it('what may have changed unheard, and what is not theirs, is told without the enrolment', async () => {
    const [persona, stranger] = [await newLearner(), await newLearner()]
    const { enrolment } = await enrol(world, stranger, (await newRun(world)).id)
    const { data } = await world.ask(persona, '{ viewer { learner { id } } }')
    const own = `enrolments-of:${uuidOf('Learner', data.viewer.learner.id)}`
    const mine = await listening(persona, world.url)
    for (const event of [own, `${own}/${uuidOf('Enrolment', enrolment.id)}`]) {
      await world.app.orm.em.fork().execute('select pg_notify(?, ?)', ['gateway', event])
      await mine.until(() => true)
      expect(mine.all.at(-1)).toEqual({ learner: { enrolments: { totalCount: 0 } }, enrolment: null })
    }
    await mine.end()
  })

  it.each([
    [null, 'UNAUTHENTICATED'],
    ['institution-client', 'FORBIDDEN'],
    ['operator', 'FORBIDDEN'],
  ])('the persona %s, who is no learner, is refused: %s', async (persona, code) => {
    const client = open(world.url, persona === null ? {} : await headersOf(persona))
    expect(await refusalOf(client.iterate({ query }) as AsyncIterableIterator<Result>)).toMatchObject({
      extensions: { code },
    })
    await client.dispose()
  })
})
