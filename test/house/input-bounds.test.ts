/** Tests that every text and list that clients send has a bound, kept over HTTP. */
import { globSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type GraphQLScalarType,
  getNamedType,
  isEnumType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  validate,
} from 'graphql'
import { inputsOf } from '../../src/graph/contract/at-most.ts'
import { Admission } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { buildSubgraph } from '../../src/schema.ts'
import { documentsOf, type Limit, limitsOf, needsBound, placesOf } from '../support/world/bounded-inputs.ts'
import { inventAnswers } from '../support/world/invented-answers.ts'
import { type Answer, post, type SmallServer, smallExecutor, startSmallServer } from '../support/world/small-graph.ts'

const schema = inventAnswers(buildSubgraph())
const places = placesOf(schema)
const limits = places.flatMap(limitsOf)
/** A mutation's own refusal, with what only it can say, comes before this: see `USER_ERROR_TIMES`. */
const refusedBeyond = ({ allowed, place }: Limit) => (place.bound.inUserErrors ? 10 * allowed : allowed)
/** Literals are as long as variables here; documents have limits of their own. */
const documentLimits = { characters: 1_000_000, tokens: 100_000 }

const servers: SmallServer[] = []
const ample = { points: 1e12, restorePerSecond: 1e12 }
beforeAll(async () => {
  for (const enabled of [false, true]) {
    // Hundreds of long texts are sent, which is not what is tested here.
    const admission = new Admission(new MemoryRateLimits(), { anonymous: ample, person: ample, client: ample })
    const executor = smallExecutor(schema, { compile: { enabled, atUse: 1 }, admission })
    servers.push(await startSmallServer({ schema, executor, documentLimits, limits: { anonymousBodyBytes: 2 ** 21 } }))
  }
})
afterAll(async () => {
  for (const server of servers) await server.close()
})

/** From graphql-js and from what is compiled, with the value in a variable and as a literal. */
async function answersTo({ place, make }: Limit, size: number): Promise<Answer[]> {
  const documents = documentsOf(place, make(size))
  for (const { query } of documents) expect(validate(schema, parse(query))).toEqual([])
  return Promise.all(servers.flatMap(({ url }) => documents.map((document) => post(url, document))))
}

const isBadInput = ({ extensions }: { extensions: Record<string, unknown> }) => extensions.code === 'BAD_USER_INPUT'

describe('every input', () => {
  it('is found with a place where it can be given', () => {
    const placed = new Set(places.map(({ input }) => input))
    expect(
      inputsOf(schema)
        .filter((input) => !placed.has(input))
        .map(({ name }) => name),
    ).toEqual([])
    expect(limits.length).toBeGreaterThan(80)
  })

  it('that is a text or a list has a bound', () => {
    const unbounded = places.filter(({ input, bound }) => {
      const isText = getNamedType(input.type).name === 'String'
      const isList = needsBound(input) && `${input.type}`.includes('[')
      return (isList && bound.items === undefined) || (isText && bound.characters === undefined)
    })
    expect(unbounded.map(({ coordinate }) => coordinate)).toEqual([])
  })

  it('that is neither has none, for nobody would enforce it', () => {
    const idle = places.filter(({ input, bound }) => {
      const isText = getNamedType(input.type).name === 'String'
      return (
        (bound.items !== undefined && !`${input.type}`.includes('[')) || (bound.characters !== undefined && !isText)
      )
    })
    expect(idle.map(({ coordinate }) => coordinate)).toEqual([])
  })

  it('says its bound in its description', () => {
    const silent = limits.filter(({ place, allowed }) => !place.input.description?.includes(`${allowed}`))
    expect(silent.map(({ place }) => place.coordinate)).toEqual([])
  })

  it('that is a list of an enum takes all of its values', () => {
    const short = places.filter(({ input, bound }) => {
      const type = getNamedType(input.type)
      return isEnumType(type) && bound.items !== undefined && bound.items < type.getValues().length
    })
    expect(short.map(({ coordinate }) => coordinate)).toEqual([])
  })
})

describe('a scalar of ours', () => {
  /** Texts that would fit, were they not so long. */
  const long: Record<string, unknown> = {
    Decimal: '1'.repeat(21),
    URL: `https://app.example/${'x'.repeat(1981)}`,
    JWT: `a.b.${'c'.repeat(65_533)}`,
    DateTime: '2026-11-23T09:00:00.1234567890+00:00',
    Date: '2026-11-230',
    CurrencyCode: 'GBPP',
    TimeZone: 'x'.repeat(65),
    SafeInt: 2 ** 53,
    _Any: { __typename: 'Course', slug: 'x'.repeat(1000) },
  }
  const scalars = Object.values(schema.getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  ) as GraphQLScalarType[]

  it.each(scalars.map((scalar) => [scalar.name, scalar] as const))('refuses what is too long: %s', (name, scalar) => {
    const refusal = expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) })
    expect(long).toHaveProperty(name)
    expect(() => scalar.parseValue(long[name])).toThrow(refusal)
    if (typeof long[name] === 'string') expect(() => scalar.parseValue('1'.repeat(1_000_000))).toThrow(refusal)
  })
})

describe('through both executors, in variables and as literals,', () => {
  const named = limits.map((one) => [one.place.coordinate, one.limit, one] as const)

  it.each(named)('%s is taken with as many %s as it may have', async (_coordinate, _limit, one) => {
    for (const { errors = [], status } of await answersTo(one, one.allowed)) {
      expect(errors.filter(isBadInput)).toEqual([])
      expect(status).toBe(200)
    }
  })

  it.each(named)('%s is refused with too many %s, by path and limit', async (_coordinate, limit, one) => {
    const found = refusedBeyond(one) + 1
    const { allowed, path: field } = one
    for (const answer of await answersTo(one, found)) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field, limit, found, allowed } }])
      expect([answer.status, 'data' in answer]).toEqual([400, false])
    }
  })
})

describe('a bound', () => {
  const sources = globSync('src/**/*.ts').map((file) => [file, readFileSync(file, 'utf8')] as const)
  const uses = sources.flatMap(([file, text]) =>
    [...text.matchAll(/@AtMost\(\{([^}]*)\}\)/g)].flatMap(([, parts = '']) =>
      [...parts.matchAll(/(?:items|characters): ([^,}]+)/g)].map(([, value = '']) => ({ file, value: value.trim() })),
    ),
  )
  const explained = new Set(
    sources.flatMap(([, text]) =>
      [...text.matchAll(/\/\*\* [^\n]*\. \*\/\n(?:export )?const ([A-Z_]+) = [\d_]+\n/g)].map(([, name]) => name),
    ),
  )

  it('is a constant with its reason beside it', () => {
    expect(uses.length).toBeGreaterThan(50)
    expect(uses.filter(({ value }) => !explained.has(value))).toEqual([])
  })
})
