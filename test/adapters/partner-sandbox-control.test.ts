/** Tests the partner sandbox's controls: new runs, changed facts and faults. */
import { describe, expect, it } from '@jest/globals'
import {
  type ControlRefused,
  call,
  enrol,
  grace,
  invite,
  newRun,
  partner,
  type Refused,
  type Thing,
} from './partner-sandbox-caller.ts'

describe('new and changed runs', () => {
  it('makes a run with exactly the facts that were given', async () => {
    const facts = {
      code: 'autumn-2027',
      start_time: '2027-09-06T08:00:00Z',
      weeks_count: 8,
      price: { minor: 98_000, currency: 'JPY' },
      enrolment_opens_at: '2026-01-01T00:00:00Z',
      enrolment_closes_at: '2027-09-13T08:00:00Z',
    }
    const uuid = await newRun({ ...facts, capacity: 3 })
    expect((await call(`/partners/program_runs/${uuid}`)).body).toMatchObject({ ...facts, status: 'scheduled' })
    await call(`/_sandbox/program_runs/${uuid}`, { post: { status: 'cancelled', capacity: 0 } })
    expect((await call(`/partners/program_runs/${uuid}`)).body).toMatchObject({ ...facts, status: 'cancelled' })
  })

  it('refuses what cannot be, naming the field', async () => {
    const base = { program_code: 'evidence-for-policy' }
    for (const [post, status, field] of [
      [{ program_code: 'no-such-program' }, 404, 'program_code'],
      [{}, 400, 'program_code'],
      [{ ...base, code: 'upcoming' }, 400, 'code'],
      [{ ...base, start_time: 'soon' }, 400, 'start_time'],
      [{ ...base, capacity: -1 }, 400, 'capacity'],
      [{ ...base, price: { minor: 1.5, currency: 'GBP' } }, 400, 'price.minor'],
      [{ ...base, price: { minor: 15, currency: 'GPB' } }, 400, 'price.currency'],
      [{ ...base, time_zone: 'Mars/Olympus' }, 400, 'time_zone'],
      [
        { ...base, enrolment_opens_at: '2027-01-02T00:00:00Z', enrolment_closes_at: '2027-01-01T00:00:00Z' },
        400,
        'enrolment_closes_at',
      ],
      [{ ...base, weeks: 8 }, 400, 'weeks'],
    ] as const) {
      const answer = await call<ControlRefused>('/_sandbox/program_runs', { post })
      expect(answer.status).toBe(status)
      expect(answer.body.error).toContain(field)
    }
  })
})

describe('faults', () => {
  const arm = async (operation: string, fault: string, times = 1) => {
    expect((await call('/_sandbox/faults', { post: { operation, fault, times } })).status).toBe(200)
  }

  it('refuses in the partner’s own words, for as many calls as asked', async () => {
    await arm('programs.list', 'http_429')
    await arm('*', 'http_503')
    const limited = await call('/partners/programs')
    expect(limited).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } })
    expect(limited.headers.get('retry-after')).toBe('1')
    expect((await call('/partners/programs')).status).toBe(503)
    expect((await call('/partners/programs')).status).toBe(200)
  })

  it('enrols and then resets the connection, so that a look-up finds the enrolment', async () => {
    const membership = await invite()
    const run = await newRun()
    await arm('program_enrolments.create', 'reset_before')
    await arm('program_enrolments.create', 'reset_after')
    const find = `/partners/program_enrolments/find?organisation_membership=${membership.uuid}&program_run=${run}`
    await expect(enrol(membership, run)).rejects.toThrow()
    expect((await call(find)).status).toBe(404)
    await expect(enrol(membership, run)).rejects.toThrow()
    expect((await call(find)).status).toBe(302)
  })

  it('answers broken JSON after the work was done', async () => {
    await arm('organisation_memberships.create', 'malformed')
    await expect(call('/partners/organisation_memberships', { post: grace })).rejects.toThrow(SyntaxError)
    expect((await call('/partners/organisation_memberships/find?external_learner_id=grace')).status).toBe(302)
  })

  it('never answers a call that hangs, and can be closed all the same', async () => {
    await arm('programs.get', 'timeout_before')
    const [program] = (await call<[Thing, ...Thing[]]>('/partners/programs')).body
    const hanging = call(program.href).then(
      () => 'answered',
      () => 'cut off',
    )
    await call('/partners/programs')
    await partner.close()
    expect(await hanging).toBe('cut off')
  })

  it('refuses to arm an operation that it does not have', async () => {
    const answer = await call<ControlRefused>('/_sandbox/faults', {
      post: { operation: 'orders.create', fault: 'http_500' },
    })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toContain('operation')
  })
})

describe('addresses that the partner does not take', () => {
  it('are refused by name when somebody is invited, until they are taken again', async () => {
    expect((await call('/_sandbox/emails', { post: { refused: ['Grace@example.org'] } })).status).toBe(200)
    const refused = await call<Refused>('/partners/organisation_memberships', { post: grace })
    expect([refused.status, refused.body.error.code]).toEqual([400, 'invalid_email'])
    expect(refused.body.error.message).toContain('grace@example.org')
    await call('/_sandbox/emails', { post: { refused: [] } })
    expect((await call('/partners/organisation_memberships', { post: grace })).status).toBe(201)
  })

  it.each([{ refused: 'grace@example.org' }, {}])('are a list: not %j', async (post) => {
    const { status, body } = await call<ControlRefused>('/_sandbox/emails', { post })
    expect([status, body.error]).toEqual([400, expect.stringContaining('refused')])
  })
})
