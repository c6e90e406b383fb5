/** Tests that subscribers hear each change of an enrolment that they may see. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { listenersAt, untilListening } from '../support/world/listeners.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function subscriber(persona: string) {
  const token = await world.tokenOf(persona)
  return createClient({
    url: `${world.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  })
}
const query = 'subscription ($id: ID!) { enrolmentUpdated(enrolmentId: $id) { id status } }'

it('the learner hears of the cancellation; somebody else hears that there is no such enrolment', async () => {
  const { data } = await world.ask(
    'ada',
    '{ course(slug: "evidence-based-coaching") { runs { nodes { id openForEnrolment } } } }',
  )
  const run = data.course.runs.nodes.find((one: { openForEnrolment: boolean }) => one.openForEnrolment)
  const input = {
    courseRunId: run.id,
    paymentMethod: 'CARD',
    returnUrl: 'https://app.example/',
    termsAccepted: true,
    idempotencyKey: 'k',
  }
  const made = await world.ask(
    'ada',
    'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } userErrors { code } } }',
    { input },
  )
  const { id } = made.data.enrol.enrolment
  const ada = await subscriber('ada')
  const grace = await subscriber('grace')
  try {
    const foreign = grace.iterate({ query, variables: { id } }).next()
    await expect(foreign).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    const before = await listenersAt(world.url)
    const heard = ada.iterate({ query, variables: { id } })
    const next = heard.next()
    await untilListening(world.url, before)
    await world.ask(
      'ada',
      'mutation ($id: ID!) { cancelEnrolment(input: { enrolmentId: $id }) { enrolment { status } } }',
      { id },
    )
    let last = (await next).value as { data: { enrolmentUpdated: { status: string } } }
    while (last.data.enrolmentUpdated.status !== 'CANCELLED') last = (await heard.next()).value as typeof last
    expect(last.data.enrolmentUpdated).toEqual({ id, status: 'CANCELLED' })
    await heard.return?.()
  } finally {
    await ada.dispose()
    await grace.dispose()
  }
})
