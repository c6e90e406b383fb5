/** Tests the partner adapter against its sandbox over real HTTP. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Partner, type PartnerOptions, partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'
import { type PartnerSandbox, startPartnerSandbox } from '../../src/sandbox/partner/partner-sandbox.ts'
import type { UpstreamFailure } from '../../src/values/upstream-failure.ts'
import { control, failureOf } from './provider-under-test.ts'
import { post } from './sandbox-inbox.ts'

const secrets = { consumerKey: 'consumer', sharedSecret: 'shared', webhookSecret: 'webhook' }
const person = {
  externalLearnerId: 'grace',
  email: 'grace@example.org',
  firstName: 'Grace',
  lastName: 'Hopper',
  returnUrl: null,
}

let now: Date
let sandbox: PartnerSandbox
let partner: Partner

const connect = (more: Partial<PartnerOptions> = {}) =>
  partnerAdapter({
    ...secrets,
    webhookSecrets: [secrets.webhookSecret],
    baseUrl: `${sandbox.url}/partners`,
    now: () => now,
    log: { info: () => undefined, warn: () => undefined },
    onCall: () => undefined,
    ...more,
  })
const arm = (operation: string, fault: string, times = 1) => control(sandbox.url, 'faults', { operation, fault, times })

beforeEach(async () => {
  now = new Date()
  sandbox = await startPartnerSandbox({ ...secrets, host: '127.0.0.1', port: 0, now: () => now })
  partner = connect()
})
afterEach(() => sandbox.close())

/** A run that can be enrolled on, with room for `capacity`. */
async function newRun(facts: object = {}): Promise<string> {
  const { json } = await post(`${sandbox.url}/_sandbox/program_runs`, { program_code: 'evidence-for-policy', ...facts })
  return json.uuid as string
}
async function linked(externalLearnerId = 'grace'): Promise<string> {
  const invited = await partner.invite({ ...person, externalLearnerId })
  await fetch(invited.invitationUrl as string, { method: 'POST' })
  return invited.uuid
}
const everything = { updatedSince: null, etag: null }

describe('what the partner says of a place later', () => {
  const sandboxControl = (path: string, body: object = {}, method = 'POST') =>
    fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('is read: who ended it, a result that is gone, a run that was cancelled, a membership that was merged', async () => {
    const membershipUuid = await linked()
    const runUuid = await newRun()
    const { uuid, deactivatedBy } = await partner.register({ membershipUuid, runUuid, externalReference: randomUUID() })
    expect(deactivatedBy).toBeNull()
    await sandboxControl(`program_enrolments/${uuid}/result`, { status: 'passed', grade: '70' })
    await sandboxControl(`program_enrolments/${uuid}/end`, { by: 'partner', reason: 'No longer offered.' })
    const ended = { status: 'INACTIVE', deactivatedBy: 'PARTNER', deactivationReason: 'No longer offered.' }
    expect(await partner.registration(uuid)).toMatchObject({ ...ended, result: { grade: '70' } })
    await sandboxControl(`program_enrolments/${uuid}/result`, {}, 'DELETE')
    expect((await partner.registration(uuid))?.result).toBeNull()
    await sandboxControl(`program_runs/${runUuid}`, { status: 'cancelled' })
    expect(await partner.run(runUuid)).toMatchObject({ cancelled: true, cancelledAt: expect.any(Date) })
    const other = await linked('grace-2')
    await sandboxControl(`memberships/${membershipUuid}/merge`, { into: other })
    expect(await partner.membership(membershipUuid)).toMatchObject({ mergedInto: other })
    expect(await partner.membership(other)).toMatchObject({ mergedInto: null })
  })
})

describe('the catalogue', () => {
  it('is read whole, with exact decimals, and every run belongs to a program', async () => {
    const [programs, runs] = [await partner.programs(everything), await partner.runs(everything)]
    if (programs.kind !== 'changed' || runs.kind !== 'changed') throw new Error('expected lists')
    expect(programs.facts.length).toBeGreaterThanOrEqual(40)
    expect(runs.facts.length).toBeGreaterThan(programs.facts.length)
    expect([programs.rejected, runs.rejected]).toEqual([[], []])
    const known = new Set(programs.facts.map(({ uuid }) => uuid))
    expect(runs.facts.filter(({ programUuid }) => !known.has(programUuid))).toEqual([])
    expect(programs.facts.find(({ code }) => code === 'responsible-ai-in-practice')).toMatchObject({
      hoursPerWeek: '10',
      weeksCount: 15,
      level: 'POSTGRADUATE',
      language: 'en',
      credit: { amount: '15', scheme: 'CATS', level: 7, framework: 'FHEQ' },
      organisation: { slug: 'the-open-university' },
    })
  })

  it('is not sent again when nothing changed, and only what changed is sent when something did', async () => {
    const first = await partner.programs(everything)
    if (first.kind !== 'changed') throw new Error('expected a list')
    expect(first.etag).toEqual(expect.any(String))
    expect(await partner.programs({ updatedSince: null, etag: first.etag })).toMatchObject({ kind: 'unchanged' })
    now = new Date(now.getTime() + 60_000)
    const uuid = await newRun()
    const changed = await partner.runs({ updatedSince: now, etag: null })
    expect(changed).toMatchObject({ kind: 'changed', facts: [{ uuid }] })
  })

  it('knows one program or run by its uuid, and says null of another', async () => {
    const run = await partner.run(await newRun({ price: { minor: 12_500, currency: 'GBP' } }))
    expect(run).toMatchObject({ price: { amountMinor: 12_500, currency: 'GBP' }, cancelled: false })
    expect(await partner.program(run?.programUuid as string)).toMatchObject({ code: 'evidence-for-policy' })
    expect(await partner.run(randomUUID())).toBeNull()
    expect(await partner.program(randomUUID())).toBeNull()
  })

  it('says how many places are left on many runs at once', async () => {
    const [small, endless] = [await newRun({ capacity: 2 }), await newRun({ capacity: null })]
    await partner.register({ membershipUuid: await linked(), runUuid: small, externalReference: 'e-1' })
    const places = await partner.placesRemaining([small, endless, randomUUID()])
    expect(places).toEqual(
      new Map([
        [small, 1],
        [endless, null],
      ]),
    )
    expect(await partner.placesRemaining([])).toEqual(new Map())
  })
})

describe('accounts', () => {
  it('are joined by an invitation, once', async () => {
    expect(await partner.findMembership('grace')).toBeNull()
    const invited = await partner.invite({ ...person, returnUrl: 'http://127.0.0.1:3000/linked' })
    expect(invited).toMatchObject({ externalLearnerId: 'grace', linked: false, email: 'grace@example.org' })
    expect(await partner.invite(person)).toEqual(invited)
    expect(await (await fetch(invited.invitationUrl as string, { method: 'POST' })).text()).toContain('Grace')
    const now = await partner.findMembership('grace')
    expect(now).toMatchObject({ uuid: invited.uuid, linked: true, invitationUrl: null })
    expect(await partner.membership(invited.uuid)).toEqual(now)
    expect(await partner.membership(randomUUID())).toBeNull()
  })

  it('an address that the partner does not take is REFUSED', async () => {
    expect(await failureOf(partner.invite({ ...person, email: 'nobody' }))).toBe('REFUSED invalid_request')
  })
})

describe('a registration', () => {
  it('is made, found by membership and run, read by its uuid, and ended twice without harm', async () => {
    const [membershipUuid, runUuid] = [await linked(), await newRun()]
    expect(await partner.find(membershipUuid, runUuid)).toBeNull()
    const made = await partner.register({ membershipUuid, runUuid, externalReference: 'e-1' })
    expect(made).toMatchObject({ membershipUuid, runUuid, externalReference: 'e-1', status: 'ACTIVE', result: null })
    expect(await partner.find(membershipUuid, runUuid)).toEqual(made)
    expect(await partner.registration(made.uuid)).toEqual(made)
    await partner.deactivate(made.uuid, 'R'.repeat(300))
    await partner.deactivate(made.uuid, 'again')
    expect(await partner.registration(made.uuid)).toMatchObject({ status: 'INACTIVE', deactivatedAt: expect.any(Date) })
    expect(await partner.registration(randomUUID())).toBeNull()
    expect(await failureOf(partner.deactivate(randomUUID(), 'gone'))).toBe('REFUSED not_found')
  })

  it('that is there already is answered, not made again', async () => {
    const [membershipUuid, runUuid] = [await linked(), await newRun()]
    const made = await partner.register({ membershipUuid, runUuid, externalReference: 'e-1' })
    expect(await partner.register({ membershipUuid, runUuid, externalReference: 'e-2' })).toEqual(made)
  })

  it('waits for the account to be linked', async () => {
    const { uuid, invitationUrl } = await partner.invite(person)
    const made = await partner.register({ membershipUuid: uuid, runUuid: await newRun(), externalReference: 'e-1' })
    expect(made).toMatchObject({ status: 'PENDING', activatedAt: null, studyUrl: null })
    await fetch(invitationUrl as string, { method: 'POST' })
    expect(await partner.registration(made.uuid)).toMatchObject({ status: 'ACTIVE', activatedAt: expect.any(Date) })
  })

  it('on a full or a closed run is REFUSED by that name', async () => {
    const membershipUuid = await linked()
    const full = await newRun({ capacity: 0 })
    const closed = await newRun({ enrolment_closes_at: new Date(now.getTime() - 1_000).toISOString() })
    const register = (runUuid: string) => partner.register({ membershipUuid, runUuid, externalReference: 'e-1' })
    expect(await failureOf(register(full))).toBe('REFUSED run_full')
    expect(await failureOf(register(closed))).toBe('REFUSED run_closed')
  })

  it('whose answer is lost is UNKNOWN, and found by membership and run', async () => {
    const [membershipUuid, runUuid] = [await linked(), await newRun()]
    await arm('program_enrolments.create', 'timeout_after')
    const impatient = connect({ limits: { timeoutMs: 300 } })
    const register = impatient.register({ membershipUuid, runUuid, externalReference: 'e-1' })
    expect(await failureOf(register)).toBe('UNKNOWN timeout')
    expect(await partner.find(membershipUuid, runUuid)).toMatchObject({ externalReference: 'e-1' })
  })

  it('shows progress and result, in exact decimals', async () => {
    const [membershipUuid, runUuid] = [await linked(), await newRun()]
    const { uuid } = await partner.register({ membershipUuid, runUuid, externalReference: 'e-1' })
    await control(sandbox.url, `program_enrolments/${uuid}/progress`, { steps_completed_ratio: 0.35 })
    expect(await partner.registration(uuid)).toMatchObject({ stepsCompletedRatio: '0.35' })
    const result = { status: 'passed', grade: '72.5', identity_verified: true, awarded_on: '2026-03-01' }
    await control(sandbox.url, `program_enrolments/${uuid}/result`, result)
    const outcome = { outcome: 'PASSED', grade: '72.5', awardedOn: '2026-03-01', identityVerified: true }
    expect((await partner.registrations([uuid])).get(uuid)?.result).toEqual(outcome)
  })

  it('that changed is in the list since then, and many are read at once', async () => {
    const [membershipUuid, runUuid] = [await linked(), await newRun()]
    now = new Date(now.getTime() + 60_000)
    const { uuid } = await partner.register({ membershipUuid, runUuid, externalReference: 'e-1' })
    expect((await partner.changedSince(now))?.registrations).toMatchObject([{ uuid }])
    expect((await partner.changedSince(null))?.registrations.length).toBeGreaterThan(1)
    const many = await partner.registrations([uuid, randomUUID()])
    expect([...many.keys()]).toEqual([uuid])
  })
})

describe('when a call fails', () => {
  it('being told to slow down is UNAVAILABLE, with the time to wait', async () => {
    await arm('program_enrolments.create', 'http_429')
    const register = partner.register({ membershipUuid: 'm', runUuid: 'r', externalReference: 'e' })
    const failure = await register.catch((error: UpstreamFailure) => error)
    expect(failure).toMatchObject({ kind: 'UNAVAILABLE', code: 'rate_limited', retryAfterSeconds: 1 })
  })

  it('half an answer is UNKNOWN for a write and for a read', async () => {
    await arm('organisation_memberships.create', 'malformed')
    expect(await failureOf(partner.invite(person))).toBe('UNKNOWN malformed')
    await arm('programs.list', 'malformed')
    expect(await failureOf(partner.programs(everything))).toBe('UNKNOWN malformed')
  })

  it.each(['http_500', 'reset_before'])('a read that fails by %s is repeated', async (fault) => {
    await arm('program_runs.availability', fault)
    const runUuid = await newRun({ capacity: 3 })
    expect(await partner.placesRemaining([runUuid])).toEqual(new Map([[runUuid, 3]]))
  })

  it('a live read that comes late is given up, and so is one whose reader has left', async () => {
    await arm('program_runs.availability', 'timeout_before', 2)
    const impatient = connect({ limits: { liveTimeoutMs: 200 } })
    expect(await failureOf(impatient.placesRemaining([randomUUID()]))).toBe('UNAVAILABLE timeout')
    const reader = new AbortController()
    const read = failureOf(partner.placesRemaining([randomUUID()], reader.signal))
    reader.abort()
    expect(await read).toBe('UNAVAILABLE aborted')
  })

  it('a wrong secret of ours is UNAVAILABLE: no learner loses a place for it', async () => {
    const misconfigured = connect({ sharedSecret: 'wrong' })
    const register = misconfigured.register({ membershipUuid: 'm', runUuid: 'r', externalReference: 'e' })
    expect(await failureOf(register)).toBe('NOT_PERMITTED misconfigured')
  })

  it('a token that has run out is renewed by itself', async () => {
    await partner.run(randomUUID())
    now = new Date(now.getTime() + 11 * 60_000)
    expect(await partner.run(randomUUID())).toBeNull()
  })
})
