/** Tests that a token with anything wrong opens nothing. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { type BadToken, badTokens } from '../support/permissions/permission-tokens.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let tokens: BadToken[]
beforeAll(async () => {
  world = await startWorld()
  tokens = await badTokens(world)
})
afterAll(() => world?.close())

const names = [
  'expired',
  'not valid yet',
  'without an end',
  'of the wrong audience',
  'of the wrong issuer',
  'without a subject',
  'of alg none',
  'of alg none with a signature',
  'HS256 with the public key as PEM',
  'HS256 with the public key as JWK',
  'with tampered claims',
  'with a tampered signature',
  'signed by a stranger under our kid',
  'of an unknown key',
  'cut short',
]
const withName = (name: string) => tokens.find((one) => one.name === name) as BadToken

async function post(path: string, query: string, token: string) {
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, accept: 'application/json' },
    body: JSON.stringify({ query }),
  })
  return { status: response.status, challenge: response.headers.get('www-authenticate'), text: await response.text() }
}

it('all are tried, and the token that they are made from is good', async () => {
  expect(tokens.map(({ name }) => name)).toEqual(names)
  const { data } = await world.ask('operator', '{ viewer { operator { displayName } } }')
  expect(data.viewer.operator.displayName).toBe('Olu Brandt')
})

describe.each(names)('a token %s', (name) => {
  it.each(['{ viewer { operator { displayName } } }', '{ institution(slug: "the-open-university") { id } }'])(
    'is refused with 401 and why, for %s',
    async (query) => {
      const { token, says } = withName(name)
      const { status, challenge, text } = await post('/graphql', query, token)
      expect({ status, challenge }).toEqual({ status: 401, challenge: expect.stringMatching(/^Bearer/) })
      const { data, errors } = JSON.parse(text)
      expect(data ?? null).toBeNull()
      expect(errors).toMatchObject([{ message: expect.stringMatching(says), extensions: { code: 'UNAUTHENTICATED' } }])
      expect(text).not.toContain(token)
    },
  )

  it('opens no stream of events either', async () => {
    const { token } = withName(name)
    const { status, text } = await post('/graphql/stream', '{ viewer { operator { displayName } } }', token)
    expect(status).toBe(401)
    expect(text).not.toContain('Olu')
  })

  it('closes the WebSocket that it is sent on', async () => {
    const socket = new WebSocket(`${world.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.once('open', () => {
      const payload = { authorization: `Bearer ${withName(name).token}` }
      socket.send(JSON.stringify({ type: 'connection_init', payload }))
    })
    expect(await closed).toBe(4401)
  })
})
