/** Tests the partner adapter against partners with missing or malformed facts. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Partner } from '../../src/adapters/partner/partner-adapter.ts'
import { adapterOf, openPlainPartner, type PlainAnswer, type PlainPartner } from './plain-partner.ts'
import { failureOf } from './provider-under-test.ts'

let answers: Record<string, PlainAnswer>
let plain: PlainPartner
let partner: Partner
let now: Date
const warnings: object[] = []

beforeEach(async () => {
  now = new Date()
  answers = {}
  warnings.length = 0
  plain = await openPlainPartner(answers)
  partner = adapterOf(plain, {
    now: () => now,
    log: { info: () => undefined, warn: (fields) => warnings.push(fields) },
  })
})
afterEach(() => plain.close())

const ref = (uuid: string) => ({ uuid, href: `https://elsewhere.example/${uuid}` })
const program = {
  ...ref('p-1'),
  code: 'c',
  title: 'T',
  introduction: 'I',
  language: 'en',
  url: 'https://partner.example/c',
  organisation: { ...ref('o-1'), name: 'The University' },
}
const run = {
  ...ref('r-1'),
  program: ref('p-1'),
  code: '1',
  start_time: null,
  weeks_count: 4,
  url: 'https://partner.example/c/1',
}
const enrolment = { ...ref('e-1'), organisation_membership: ref('m-1'), program_run: ref('r-1') }
const everything = { updatedSince: null, etag: null }

describe('a partner that states little', () => {
  it('still has programs and runs; what it does not state is null', async () => {
    answers['GET /programs'] = { body: [program] }
    answers['GET /program_runs'] = { body: [run] }
    expect(await partner.programs(everything)).toMatchObject({
      facts: [{ uuid: 'p-1', credit: null, assessment: null, level: null, hoursPerWeek: null, transcript: null }],
      rejected: [],
    })
    expect(await partner.runs(everything)).toMatchObject({
      facts: [{ uuid: 'r-1', startsAt: null, price: null, timeZone: null, enrolmentOpensAt: null, liveEvents: [] }],
    })
  })

  it('says by its dates whether a registration is active', async () => {
    const states = { activated_at: '2026-02-01T09:00:00Z', deactivated_at: null }
    answers['GET /program_enrolments/e-1'] = { body: enrolment }
    expect(await partner.registration('e-1')).toMatchObject({
      status: 'PENDING',
      result: undefined,
      stepsCompletedRatio: null,
    })
    answers['GET /program_enrolments/e-1'] = { body: { ...enrolment, ...states } }
    expect(await partner.registration('e-1')).toMatchObject({ status: 'ACTIVE' })
    answers['GET /program_enrolments/e-1'] = {
      body: { ...enrolment, ...states, deactivated_at: '2026-02-02T09:00:00Z' },
    }
    expect(await partner.registration('e-1')).toMatchObject({ status: 'INACTIVE' })
  })

  it('and has no list of changes says null, once it was asked', async () => {
    expect(await partner.changedSince(now)).toBeNull()
  })

  it('and has no batches REFUSES them: nothing is asked one by one for a page', async () => {
    expect(await failureOf(partner.placesRemaining(['r-1']))).toBe('REFUSED not_found')
    expect(await failureOf(partner.registrations(['e-1', 'e-2']))).toBe('REFUSED not_found')
    expect(plain.asked).toHaveLength(2)
  })
})

describe('what a reference names', () => {
  it('is asked for at our own base URL, wherever its href points', async () => {
    answers['GET /program_enrolments/find'] = {
      status: 302,
      headers: { location: 'http://169.254.169.254/' },
      body: ref('e-1'),
    }
    answers['GET /program_enrolments/e-1'] = { body: enrolment }
    expect(await partner.find('m-1', 'r-1')).toMatchObject({ uuid: 'e-1' })
    expect(plain.asked.map(({ path }) => path)).toEqual([
      '/program_enrolments/find?organisation_membership=m-1&program_run=r-1',
      '/program_enrolments/e-1',
    ])
  })

  it('cannot lead in circles', async () => {
    answers['GET /program_enrolments/find'] = { status: 302, body: ref('e-1') }
    answers['GET /program_enrolments/e-1'] = { status: 302, body: ref('e-1') }
    expect(await failureOf(partner.find('m-1', 'r-1'))).toMatch(/http_302/)
  })

  it('is read after a 303 to a creation', async () => {
    answers['POST /program_enrolments'] = { status: 303, body: ref('e-1') }
    answers['GET /program_enrolments/e-1'] = { body: enrolment }
    const request = { membershipUuid: 'm-1', runUuid: 'r-1', externalReference: 'x' }
    expect(await partner.register(request)).toMatchObject({ uuid: 'e-1' })
  })

  it('is looked for when a 409 does not say, and the 409 stands when there is none', async () => {
    const request = { membershipUuid: 'm-1', runUuid: 'r-1', externalReference: 'x' }
    answers['POST /program_enrolments'] = {
      status: 409,
      body: { error: { code: 'already_enrolled', message: 'Yes.' } },
    }
    expect(await failureOf(partner.register(request))).toBe('REFUSED already_enrolled')
    answers['GET /program_enrolments/find'] = { status: 302, body: ref('e-1') }
    answers['GET /program_enrolments/e-1'] = { body: enrolment }
    expect(await partner.register(request)).toMatchObject({ uuid: 'e-1' })
  })

  it('that is already ended may be ended: a 409 is looked at', async () => {
    answers['POST /program_enrolments/e-1/deactivate'] = { status: 409, body: { error: { code: 'conflict' } } }
    answers['GET /program_enrolments/e-1'] = { body: { ...enrolment, status: 'active' } }
    expect(await failureOf(partner.deactivate('e-1', 'x'))).toBe('REFUSED conflict')
    answers['GET /program_enrolments/e-1'] = { body: { ...enrolment, status: 'inactive' } }
    await partner.deactivate('e-1', 'x')
  })
})

describe('a malformed answer', () => {
  it.each<[string, object, RegExp]>([
    ['status', { status: 'paused' }, /status: /],
    ['steps_completed_ratio', { steps_completed_ratio: 1.5 }, /steps_completed_ratio: expected a ratio from 0 to 1/],
    ['activated_at', { activated_at: 'yesterday' }, /activated_at: expected an ISO instant/],
    ['program_run', { program_run: null }, /program_run: /],
    ['result', { result: { status: 'maybe' } }, /result\.status: /],
  ])('names the field %s', async (_field, wrong, named) => {
    answers['GET /program_enrolments/e-1'] = { body: { ...enrolment, ...wrong } }
    await expect(partner.registration('e-1')).rejects.toThrow(named)
    expect(await failureOf(partner.registration('e-1'))).toBe('UNKNOWN malformed')
  })

  it.each<[string, object, string]>([
    [
      'price.currency',
      { price: { minor: 100, currency: 'XYZ' } },
      'price.currency: expected an ISO 4217 currency code',
    ],
    ['price.minor', { price: { minor: 1.5, currency: 'GBP' } }, 'price.minor: '],
    ['time_zone', { time_zone: 'Mars/Olympus' }, 'time_zone: expected an IANA time zone'],
    ['time_zone', { time_zone: '+01:00' }, 'time_zone: expected an IANA time zone'],
    ['start_time', { start_time: '2026-03-01' }, 'start_time: expected an ISO instant'],
  ])('of one run keeps out that run only, and names %s', async (_field, wrong, named) => {
    answers['GET /program_runs'] = { body: [{ ...run, uuid: 'r-2', ...wrong }, run, 7] }
    const { rejected, ...changes } = await partner.runs(everything)
    expect(changes).toMatchObject({ facts: [{ uuid: 'r-1' }] })
    expect(rejected).toMatchObject([
      { reference: 'r-2', problem: expect.stringContaining(named) },
      { reference: 'an entry without a uuid' },
    ])
  })

  it.each<[string, object]>([
    ['title', { title: 'Two\u0000halves' }],
    ['introduction', { introduction: '\u0000' }],
    ['learning_outcomes.1', { learning_outcomes: ['Knows', 'Is\u0000able'] }],
    ['url', { url: 'https://partner.example/\u0000' }],
  ])('with NUL in %s is kept out: no store takes it', async (field, wrong) => {
    answers['GET /programs'] = { body: [{ ...program, uuid: 'p-2', ...wrong }, program] }
    const { rejected, ...changes } = await partner.programs(everything)
    expect(changes).toMatchObject({ facts: [{ uuid: program.uuid }] })
    expect(rejected).toMatchObject([
      { reference: 'p-2', problem: expect.stringContaining(`${field}: expected text without the character NUL`) },
    ])
  })

  it('whose uuid cannot be kept is told of without it', async () => {
    answers['GET /programs'] = { body: [{ ...program, uuid: 'p\u0000' }] }
    const { rejected } = await partner.programs(everything)
    expect(rejected).toMatchObject([
      { reference: 'an entry without a uuid', problem: expect.stringMatching(/^uuid: expected text without/) },
    ])
  })

  it('of a level that no framework has is named with what was expected', async () => {
    const credit = { amount: 15, scheme: 'CATS', level: 12, framework: 'FHEQ' }
    answers['GET /programs'] = { body: [{ ...program, credit }] }
    expect((await partner.programs(everything)).rejected).toMatchObject([
      { problem: expect.stringMatching(/credit\.level: expected .*FHEQ level/) },
    ])
  })

  it('in the list of changed registrations is told of, in the log too', async () => {
    answers['GET /program_enrolments'] = { body: [enrolment, { ...enrolment, uuid: 'e-2', status: 'paused' }] }
    const changed = await partner.changedSince(null)
    expect(changed?.registrations).toMatchObject([{ uuid: 'e-1' }])
    expect(changed?.rejected).toMatchObject([{ reference: 'e-2' }])
    expect(warnings).toMatchObject([{ reference: 'e-2', problem: expect.stringContaining('status') }])
  })

  it('that is no list is said to be none', async () => {
    answers['GET /programs'] = { body: { programs: [] } }
    await expect(partner.programs(everything)).rejects.toThrow('programs: expected a list')
  })
})

describe('lists', () => {
  it('are read page by page at our own base URL, and have no tag then', async () => {
    const link = '<https://elsewhere.example/programs?cursor=2>; rel="next"'
    answers['GET /programs'] = { headers: { link, etag: '"1"' }, body: [program] }
    answers['GET /programs?cursor=2'] = { headers: { etag: '"2"' }, body: [{ ...program, uuid: 'p-2' }] }
    expect(await partner.programs(everything)).toMatchObject({ facts: [{ uuid: 'p-1' }, { uuid: 'p-2' }], etag: null })
    expect(plain.asked).toHaveLength(2)
  })

  it('of one page have its tag', async () => {
    answers['GET /programs'] = { headers: { etag: 'W/"1"', link: '</programs?x=1>; rel="first"' }, body: [program] }
    expect(await partner.programs(everything)).toMatchObject({ etag: 'W/"1"' })
  })

  it('of many uuids are asked for a hundred at a time', async () => {
    answers['GET /program_runs/availability'] = { body: [] }
    await partner.placesRemaining(Array.from({ length: 250 }, (_, index) => `r-${index}`))
    const sizes = plain.asked.map(({ path }) => new URL(path, plain.url).searchParams.get('uuids')?.split(',').length)
    expect(sizes.sort()).toEqual([100, 100, 50])
  })

  it('write a tiny ratio without an exponent', async () => {
    answers['GET /program_enrolments/e-1'] = { body: { ...enrolment, steps_completed_ratio: 0.0000005 } }
    expect((await partner.registration('e-1'))?.stepsCompletedRatio).toBe('0.0000005')
  })
})
