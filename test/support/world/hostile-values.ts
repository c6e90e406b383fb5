/** Makes hostile values for every input type, with a canary that reveals echoes. */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'

/** In no answer may this be found. */
export const canary = 'hunter2canary'

const texts = [
  canary,
  '',
  ' ',
  `'; drop table learner; -- ${canary}`,
  `${canary}\u0000`,
  '\ud800',
  '\u202e',
  '%',
  '../../etc/passwd',
  canary.repeat(400),
  '🙂'.repeat(150),
  '{"a":1}',
  'null',
  '__proto__',
  'constructor',
]
const days = ['2026-02-30', '0000-01-01', '0001-01-01', '9999-12-31', '10000-01-01', '-000001-01-01', '2026-1-1']
const instants = [
  ...days.map((day) => `${day}T00:00:00Z`),
  '9999-12-31T23:59:59.999999999Z',
  '+275760-09-13T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2016-12-31T23:59:60Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-14:00',
  '2026-01-01T00:00:00+99:99',
  '2026-01-01T00:00:00',
]
const decimals = [
  '1e999999',
  'NaN',
  'Infinity',
  '-0',
  '-1',
  '1,5',
  '٣',
  '9'.repeat(20),
  '9'.repeat(400),
  `0.${'0'.repeat(17)}1`,
  '0',
  '00',
  '99999999999999999.99',
]
const numbers = [0, -1, 1.5, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1e300, '1', true]

/** By the scalar's name; what fits here may still not fit there. */
const scalars: Record<string, readonly unknown[]> = {
  String: [...texts, 7, { canary }, [canary]],
  ID: [...texts, 7, -1.5, 'Q291cnNlOg==', { canary }],
  Int: [...numbers, canary],
  SafeInt: [...numbers, 2 ** 53, -(2 ** 53), canary],
  Float: [...numbers, canary],
  Boolean: ['true', 1, canary],
  Date: [...days, canary, 20260101],
  DateTime: [...instants, canary, 0],
  Decimal: [...decimals, canary, 7.5],
  TimeZone: ['Mars/Phobos', '+05:30', 'UTC+99', '', canary],
  URL: ['http://[::1', 'http://a b', '//x', `javascript:${canary}`, `https://${canary}.example/${'x'.repeat(5000)}`],
  CurrencyCode: ['ZZZ', 'gbp', '€', canary],
  JWT: [`${canary}.b.c`, '..', `eyJhbGciOiJub25lIn0.${canary}.`],
}

const samples: Record<string, unknown> = {
  String: 'text',
  ID: 'nonsense',
  Int: 1,
  SafeInt: 1,
  Float: 1,
  Boolean: true,
  Date: '2030-01-01',
  DateTime: '2030-01-01T00:00:00Z',
  Decimal: '1',
  TimeZone: 'Europe/London',
  URL: 'https://app.example/',
  CurrencyCode: 'GBP',
  JWT: 'a.b.c',
  _Any: { __typename: 'Course', id: 'nonsense' },
}

/** Something that fits the type, with only what is required. */
export function sampleOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType)
  if (isListType(type)) return [sampleOf(type.ofType)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  return isInputObjectType(type) ? objectSample(type) : samples[type.name]
}

function objectSample(type: GraphQLInputObjectType): object {
  const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type))
  return Object.fromEntries(required.map((field) => [field.name, sampleOf(field.type)]))
}

/** Every way to spoil a value of the type, one thing at a time; `good` is what it would be otherwise. */
export function* spoilt(type: GraphQLInputType, good: unknown = sampleOf(type)): Generator<unknown> {
  if (isNonNullType(type)) {
    yield null
    yield* spoilt(type.ofType, good)
  } else if (isListType(type)) {
    yield* [canary, [], [null], Array(1001).fill(sampleOf(type.ofType))]
    for (const value of spoilt(type.ofType)) yield [value]
  } else if (isInputObjectType(type)) {
    yield* [canary, [], { ...(good as object), unknownField: canary }]
    for (const field of Object.values(type.getFields())) {
      const own = (good as Record<string, unknown>)[field.name]
      for (const value of spoilt(field.type, own)) yield { ...(good as object), [field.name]: value }
    }
  } else if (isEnumType(type)) yield* [canary, canary.toUpperCase(), 7]
  else yield* scalars[type.name] ?? []
}
