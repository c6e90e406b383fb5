/** Tests that a viewer's id is theirs alone, stable, and opens nothing. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startReplica } from '../support/world/replica.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const personas = ['ada', 'grace', 'registrar', 'registrar-2', 'institution-client', 'operator']

async function idOf(persona: string, url = world.url): Promise<string> {
  const { data } = await world.ask.call({ ...world, url }, persona, '{ viewer { id } }')
  return data.viewer.id
}

it('every caller has one of their own, the same each time and at each replica', async () => {
  const ids = await Promise.all(personas.map((persona) => idOf(persona)))
  expect(new Set(ids).size).toBe(personas.length)
  const replica = await startReplica(world)
  try {
    expect(await Promise.all(personas.map((persona) => idOf(persona, replica.url)))).toEqual(ids)
  } finally {
    await replica.close()
  }
})

it('it opens nothing, not even for the caller, and is no id of anything else', async () => {
  const document = `query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id }
    viewer { learner { id } staff { id } client { id } operator { id } } }`
  for (const owner of personas) {
    const id = await idOf(owner)
    for (const persona of [owner, 'operator', null]) {
      const { data } = await world.ask(persona, document, { id })
      expect([data.node, data.nodes]).toEqual([null, [null]])
      expect(JSON.stringify(data.viewer)).not.toContain(id)
    }
  }
})

it('who is anonymous has no viewer', async () => {
  expect((await world.ask(null, '{ viewer { id } }')).data.viewer).toBeNull()
})
