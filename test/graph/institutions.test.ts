/** Tests the public reads of institutions and their qualifications. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

describe('institutions', () => {
  it('are listed by name, those that do not take part in transfers among them', async () => {
    const { data, errors } = await world.ask(
      null,
      '{ institutions(first: 100) { totalCount nodes { slug name country participating } } }',
    )
    expect(errors).toBeUndefined()
    const { totalCount, nodes } = data.institutions
    expect(nodes).toHaveLength(totalCount)
    const names = nodes.map(({ name }: { name: string }) => name)
    expect(names).toEqual([...names].sort())
    expect(nodes.filter(({ participating }: { participating: boolean }) => !participating).length).toBeGreaterThan(0)
  })

  it('are found by slug, with their qualifications; an unknown slug is null', async () => {
    const { data, errors } = await world.ask(
      null,
      `{ institution(slug: "the-open-university") { name qualifications(first: 100) { totalCount nodes { slug institution { slug } } } }
         none: institution(slug: "nowhere") { name } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.none).toBeNull()
    expect(data.institution.name).toBe('The Open University')
    const { totalCount, nodes } = data.institution.qualifications
    expect(totalCount).toBeGreaterThan(1)
    expect(nodes).toHaveLength(totalCount)
    for (const { institution } of nodes) expect(institution.slug).toBe('the-open-university')
  })
})
