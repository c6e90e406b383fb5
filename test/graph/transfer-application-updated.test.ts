/** Tests that only learner and institution hear changes of an application. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { listenersAt, untilListening } from '../support/world/listeners.ts'
import { linked, newKey } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const applyDocument =
  'mutation ($input: ApplyForTransferInput!) { applyForTransfer(input: $input) { application { id } userErrors { message } } }'
const withdrawDocument =
  'mutation ($id: ID!) { withdrawTransferApplication(input: { applicationId: $id }) { application { status } } }'
const query = 'subscription ($id: ID!) { transferApplicationUpdated(applicationId: $id) { id status } }'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function subscriber(persona: string | null) {
  const authorization = persona && `Bearer ${await world.tokenOf(persona)}`
  return createClient({
    url: `${world.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: authorization ? { authorization } : {},
    retryAttempts: 0,
  })
}

it('both sides hear of the withdrawal; another learner, another institution and nobody hear that there is none', async () => {
  const uma = await linked(world, 'uma')
  const input = {
    qualificationId: await qualificationId(world, 'university-of-northmoor', 'msc-leadership'),
    creditRecordIds: [await awarded(world, uma)],
    idempotencyKey: newKey(),
  }
  const { application } = (await answerOf(world, uma, applyDocument, { input })) as { application: { id: string } }
  const { id } = application
  const asked = { query, variables: { id } }
  const strangers = await Promise.all(['grace', 'registrar', null].map(subscriber))
  const parties = await Promise.all([uma, 'registrar-2'].map(subscriber))
  try {
    for (const stranger of strangers) {
      await expect(stranger.iterate(asked).next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    }
    const before = await listenersAt(world.url)
    const heard = parties.map((party) => party.iterate(asked))
    const next = heard.map((one) => one.next())
    await untilListening(world.url, before, parties.length)
    await answerOf(world, uma, withdrawDocument, { id })
    for (const one of next) {
      const expected = { data: { transferApplicationUpdated: { id, status: 'WITHDRAWN' } } }
      expect((await one).value).toMatchObject(expected)
    }
    await Promise.all(heard.map((one) => one.return?.()))
  } finally {
    for (const client of [...strangers, ...parties]) await client.dispose()
  }
})
