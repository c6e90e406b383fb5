/** Tests inviting, linking, enrolling and ending at the partner sandbox. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import {
  all,
  type ControlRefused,
  call,
  enrol,
  grace,
  invite,
  link,
  newRun,
  partner,
  type Refused,
  reference,
} from './partner-sandbox-caller.ts'

describe('memberships', () => {
  it('invites a learner once', async () => {
    const created = await call('/partners/organisation_memberships', { post: grace })
    expect(created).toMatchObject({ status: 201, body: { ...reference, ...grace, learner: null } })
    const again = await call('/partners/organisation_memberships', { post: grace })
    const { uuid, href } = created.body
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'already_exists' }, reference: { uuid, href } } })
    const found = await call('/partners/organisation_memberships/find?external_learner_id=grace')
    expect(found).toMatchObject({ status: 302, body: { uuid, href } })
    expect((await call('/partners/organisation_memberships/find?external_learner_id=nobody')).status).toBe(404)
  })

  it('names the field of an invitation that is wrong', async () => {
    const answer = await call<Refused>('/partners/organisation_memberships', { post: { ...grace, email: 'grace' } })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } })
    expect(answer.body.error.message).toContain('email')
  })

  it('links the account when the form of the invitation page is sent, and activates what waited', async () => {
    const membership = await invite()
    const run = await newRun()
    const waiting = (await enrol(membership, run)).body
    expect(waiting).toMatchObject({ status: 'pending', activated_at: null, study_url: null })
    expect(await (await fetch(membership.invitation_url)).text()).toContain('grace@example.org')
    await link(membership)
    const linked = (await call(membership.href)).body
    expect(linked).toMatchObject({ learner: reference, invitation_url: null })
    expect((await call(linked.learner.href)).body).toMatchObject({ first_name: 'Grace' })
    const active = (await call(waiting.href)).body
    expect(active).toMatchObject({ status: 'active', activated_at: expect.any(String) })
    expect((await fetch(active.study_url)).status).toBe(200)
    expect((await fetch(`${partner.url}/invitations/unknown`)).status).toBe(404)
  })
})

describe('enrolments', () => {
  it('enrols once, finds it again, and answers a repeat with the reference', async () => {
    const membership = await invite()
    await link(membership)
    const run = await newRun()
    const created = await enrol(membership, run, 'our own id')
    expect(created).toMatchObject({
      status: 201,
      body: { status: 'active', external_reference: 'our own id', result: null, steps_completed_ratio: 0 },
    })
    const { uuid, href } = created.body
    const again = await enrol(membership, run)
    expect(again).toMatchObject({
      status: 409,
      body: { error: { code: 'already_enrolled' }, reference: { uuid, href } },
    })
    const find = `/partners/program_enrolments/find?organisation_membership=${membership.uuid}&program_run=`
    expect(await call(`${find}${run}`)).toMatchObject({ status: 302, body: { uuid, href } })
    expect((await call(`${find}${randomUUID()}`)).status).toBe(404)
    expect((await call(`/partners/program_enrolments?uuids=${uuid},${randomUUID()}`)).body).toHaveLength(1)
  })

  it('refuses a full run, and gives the place again once it is free', async () => {
    const run = await newRun({ capacity: 1 })
    const first = (await enrol(await invite({ external_learner_id: 'first' }), run)).body
    const second = await invite({ external_learner_id: 'second' })
    expect(await enrol(second, run)).toMatchObject({ status: 422, body: { error: { code: 'run_full' } } })
    const ended = await call(`${first.href}/deactivate`, { post: { reason: 'refunded' } })
    expect(ended).toMatchObject({ status: 303, body: { uuid: first.uuid } })
    expect(ended.headers.get('location')).toBe(first.href)
    expect((await call(first.href)).body).toMatchObject({ status: 'inactive', deactivated_at: expect.any(String) })
    expect((await call(`${first.href}/deactivate`, { post: {} })).status).toBe(303)
    expect((await enrol(second, run)).status).toBe(201)
  })

  it('refuses a run before, after and without its window, and a cancelled one', async () => {
    const membership = await invite()
    const past = '2020-01-01T00:00:00Z'
    const future = '2100-01-01T00:00:00Z'
    for (const facts of [
      { enrolment_opens_at: future },
      { enrolment_closes_at: past },
      { enrolment_opens_at: null },
      { status: 'cancelled' },
    ]) {
      const answer = await enrol(membership, await newRun(facts))
      expect(answer).toMatchObject({ status: 422, body: { error: { code: 'run_closed' } } })
    }
  })

  it('refuses a reason of more than 250 characters and a membership or run it does not know', async () => {
    const membership = await invite()
    const enrolment = (await enrol(membership, await newRun())).body
    const answer = await call<Refused>(`${enrolment.href}/deactivate`, { post: { reason: 'x'.repeat(251) } })
    expect(answer.status).toBe(400)
    expect(answer.body.error.message).toContain('reason')
    expect((await enrol(membership, randomUUID())).status).toBe(422)
    expect((await enrol({ uuid: randomUUID() }, await newRun())).status).toBe(422)
  })

  it('lists the enrolments made at the partner, Ada’s among them', async () => {
    const enrolments = await all('/partners/program_enrolments?page_size=1')
    const [passed, inProgress] = enrolments.sort((a, b) => b.steps_completed_ratio - a.steps_completed_ratio)
    expect(passed).toMatchObject({ status: 'active', result: { status: 'passed', identity_verified: true } })
    expect(inProgress).toMatchObject({ status: 'active', steps_completed_ratio: 0.4, result: null })
    const membership = (await call(passed?.organisation_membership.href ?? '')).body
    expect(membership).toMatchObject({ external_learner_id: 'ada', learner: reference })
  })

  it('records progress and result, keeps them in the ledger’s enrolment, and refuses them once it ended', async () => {
    const membership = await invite()
    await link(membership)
    const run = await newRun({ weeks_count: 10 })
    const { uuid, href } = (await enrol(membership, run)).body
    const control = `/_sandbox/program_enrolments/${uuid}`
    expect((await call(`${control}/progress`, { post: { steps_completed_ratio: 0.35 } })).status).toBe(200)
    const result = { status: 'passed', grade: '71.5', identity_verified: true, awarded_on: '2026-11-01' }
    expect((await call(`${control}/result`, { post: result })).status).toBe(200)
    expect((await call(href)).body).toMatchObject({ steps_completed_count: 70, steps_completed_ratio: 0.35, result })
    for (const [path, post, field] of [
      ['progress', { steps_completed_ratio: 1.2 }, 'steps_completed_ratio'],
      ['result', { status: 'excellent' }, 'status'],
      ['result', { ...result, grade: '101' }, 'grade'],
      ['result', { ...result, awarded_on: '2026-02-30' }, 'awarded_on'],
    ] as const) {
      const answer = await call<ControlRefused>(`${control}/${path}`, { post })
      expect(answer.status).toBe(400)
      expect(answer.body.error).toContain(field)
    }
    await call(`${href}/deactivate`, { post: {} })
    expect((await call(`${control}/progress`, { post: { steps_completed_ratio: 0.5 } })).status).toBe(409)
    expect((await call<{ enrolments: object[] }>('/_sandbox/ledger')).body.enrolments).toContainEqual({
      uuid,
      external_learner_id: 'grace',
      program_run: run,
      status: 'inactive',
      deactivated_by: 'organisation',
      result,
    })
  })
})
