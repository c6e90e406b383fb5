/** Tests that replicas share cached answers and none shows outdated data. */
import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import RedisInMemory from 'ioredis-mock'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { openAnswers } from '../../src/graph/caching/open-answers.ts'
import { ResponseCache } from '../../src/graph/caching/response-cache.ts'
import { RedisSharedAnswers } from '../../src/graph/caching/shared-answers.ts'
import type { Operation } from '../../src/graph/execution/operation.ts'
import type { GraphRequest } from '../../src/graph/execution/request.ts'

const request = { viewer: anonymousViewer('127.0.0.1') } as GraphRequest
const query = (text: string) => ({ cacheControl: 'public', name: null, document: parse(text) }) as Operation
const courses = () => query('{ courses { totalCount } }')

/** Two replicas on one Redis of their own and one clock. */
async function replicas() {
  const clock = { ms: Date.now() }
  const host = `redis-${Math.random()}`
  const made = [1, 2].map(async () => {
    const redis = new RedisInMemory({ host })
    const shared = new RedisSharedAnswers(redis, (error) => {
      throw error
    })
    await once(redis, 'ready')
    const answers = new ResponseCache({ now: () => new Date(clock.ms), shared })
    await answers.forget()
    return answers
  })
  return { one: await made[0]!, other: await made[1]!, clock }
}

const found = async (answers: ResponseCache, operation: Operation, variables = {}) =>
  (await answers.placeFor(operation, variables, request)?.found()) ?? null

const counted = (totalCount: number) => ({ text: JSON.stringify({ courses: { totalCount } }), cost: 1 })

describe('answers that replicas share', () => {
  it('are found by the replica that did not read them, and then in its own memory', async () => {
    const { one, other } = await replicas()
    expect(await found(other, courses())).toBeNull()
    one.placeFor(courses(), {}, request)?.keep(counted(7))
    expect(await found(other, courses())).toMatchObject(counted(7))
    expect(other.size).toBe(1)
    expect(await found(other, courses(), { first: 1 })).toBeNull()
    expect(await found(other, query('{ courses { nodes { id } } }'))).toBeNull()
  })

  it('are found no more once the other has said that something changed', async () => {
    const { one, other } = await replicas()
    one.placeFor(courses(), {}, request)?.keep(counted(7))
    expect(await found(other, courses())).not.toBeNull()
    await one.forget(true)
    await other.forget()
    expect(await found(one, courses())).toBeNull()
    expect(await found(other, courses())).toBeNull()
    other.placeFor(courses(), {}, request)?.keep(counted(8))
    expect(await found(one, courses())).toMatchObject(counted(8))
  })

  it('are not shared when they were read before a change', async () => {
    const { one, other } = await replicas()
    const early = one.placeFor(courses(), {}, request)
    await one.forget(true)
    await other.forget()
    early?.keep(counted(7))
    expect(await found(other, courses())).toBeNull()
  })

  it('grow no younger by being shared', async () => {
    const { one, other, clock } = await replicas()
    one.placeFor(courses(), {}, request)?.keep(counted(7))
    clock.ms += 9_000
    expect(await found(other, courses())).not.toBeNull()
    clock.ms += 2_000
    expect(await found(other, courses())).toBeNull()
  })

  it("are each replica's own while Redis is away", async () => {
    const answers = await openAnswers(
      'redis://127.0.0.1:1',
      () => new Date(),
      () => undefined,
    )
    expect(await found(answers, courses())).toBeNull()
    answers.placeFor(courses(), {}, request)?.keep(counted(7))
    await answers.forget(true)
    expect(await found(answers, courses())).toBeNull()
    answers.placeFor(courses(), {}, request)?.keep(counted(8))
    expect(await found(answers, courses())).toMatchObject(counted(8))
    await answers.close()
  })
})
