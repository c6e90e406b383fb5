/** Tests what people at the partner do to places, results and memberships in the sandbox. */
import { describe, expect, it } from '@jest/globals'
import { type ControlRefused, call, enrol, invite, link, newRun, type Thing } from './partner-sandbox-caller.ts'

const control = (path: string, post: unknown = {}) => call<ControlRefused>(`/_sandbox/${path}`, { post })
const ledger = async () =>
  (
    await call<{
      enrolments: { uuid: string; external_learner_id: string; deactivated_by: string; result: object }[]
      memberships: object[]
    }>('/_sandbox/ledger')
  ).body

async function place(facts: object = {}) {
  const membership = await invite()
  await link(membership)
  return { membership, ...(await enrol(membership, await newRun(facts))).body }
}

describe('a place', () => {
  it('is ended by whom it is said, and given back active anew', async () => {
    const { uuid, href } = await place()
    for (const [by, said] of [
      ['partner', 'partner'],
      ['learner', 'learner'],
      ['unsaid', null],
    ]) {
      expect((await control(`program_enrolments/${uuid}/end`, { by, reason: 'Told so.' })).status).toBe(200)
      const ended = { status: 'inactive', deactivated_by: said, deactivation_reason: 'Told so.', study_url: null }
      expect((await call(href)).body).toMatchObject({ ...ended, deactivated_at: expect.any(String) })
      expect((await control(`program_enrolments/${uuid}/end`, { by })).status).toBe(409)
      expect((await control(`program_enrolments/${uuid}/reactivate`)).status).toBe(200)
      const active = { status: 'active', deactivated_by: null, deactivated_at: null, deactivation_reason: null }
      expect((await call(href)).body).toMatchObject(active)
    }
    expect((await control(`program_enrolments/${uuid}/end`, { by: 'nobody' })).body.error).toContain('by')
    expect((await control(`program_enrolments/${uuid}/reactivate`)).status).toBe(409)
    expect((await control('program_enrolments/none/end', { by: 'partner' })).status).toBe(404)
  })

  it('is given back by the API too, unless the run is over or full', async () => {
    const { uuid, href, membership, ...rest } = await place({ capacity: 1 })
    await call(`${href}/deactivate`, { post: { reason: 'Money back.' } })
    expect(await call(`${href}/reactivate`, { post: {} })).toMatchObject({ status: 303, body: { uuid } })
    await call(`${href}/deactivate`, { post: {} })
    const run = (rest as unknown as { program_run: Thing }).program_run
    const other = await control('program_enrolments', { external_learner_id: 'heidi', program_run: run.uuid })
    expect(other.status).toBe(201)
    expect((await call(`${href}/reactivate`, { post: {} })).status).toBe(422)
    expect((await control('program_enrolments', { external_learner_id: 'heidi', program_run: run.uuid })).status).toBe(
      409,
    )
    await control(`program_runs/${run.uuid}`, { capacity: 2, start_time: '2020-01-01T09:00:00Z' })
    expect((await call(`${href}/reactivate`, { post: {} })).status).toBe(409)
  })

  it('has a result that is corrected and taken back, also once it has ended', async () => {
    const { uuid, href } = await place()
    const path = `program_enrolments/${uuid}/result`
    const taken = () => call<ControlRefused>(`/_sandbox/${path}`, { method: 'DELETE' })
    expect((await taken()).status).toBe(409)
    await control(`program_enrolments/${uuid}/end`, { by: 'partner' })
    expect((await control(path, { status: 'passed', grade: '70', awarded_on: '2026-11-01' })).status).toBe(200)
    await control(path, { status: 'failed', grade: '0', awarded_on: '2026-11-01' })
    expect((await call(href)).body).toMatchObject({ result: { status: 'failed', grade: '0' } })
    expect((await ledger()).enrolments.at(-1)).toMatchObject({
      uuid,
      deactivated_by: 'partner',
      result: { grade: '0' },
    })
    expect((await taken()).status).toBe(200)
    expect((await call(href)).body).toMatchObject({ result: null })
  })
})

it('two memberships of a person become one, whose enrolments they are', async () => {
  const { uuid, href, membership } = await place()
  const other = await invite({ external_learner_id: 'grace-2' })
  expect((await control(`memberships/${membership.uuid}/merge`, { into: membership.uuid })).status).toBe(409)
  expect((await control(`memberships/${membership.uuid}/merge`, { into: other.uuid })).status).toBe(200)
  expect((await call(membership.href)).body).toMatchObject({ merged_into: { uuid: other.uuid } })
  expect((await call(other.href)).body).toMatchObject({ merged_into: null, learner: { uuid: expect.any(String) } })
  expect((await call(href)).body.organisation_membership.uuid).toBe(other.uuid)
  const find = await call('/partners/organisation_memberships/find?external_learner_id=grace')
  expect(find).toMatchObject({ status: 302, body: { uuid: other.uuid } })
  const { enrolments, memberships } = await ledger()
  expect(enrolments.at(-1)).toMatchObject({ uuid, external_learner_id: 'grace-2' })
  expect(memberships).toContainEqual({
    uuid: membership.uuid,
    external_learner_id: 'grace',
    merged_into: other.uuid,
  })
  expect((await control(`memberships/${membership.uuid}/merge`, { into: other.uuid })).status).toBe(409)
})

it('a run says since when it is cancelled, and no more once it is reinstated', async () => {
  const uuid = await newRun()
  const said = async () => (await call(`/partners/program_runs/${uuid}`)).body
  await control(`program_runs/${uuid}`, { status: 'cancelled' })
  expect(await said()).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(String) })
  await control(`program_runs/${uuid}`, { status: 'scheduled' })
  expect(await said()).toMatchObject({ status: 'scheduled', cancelled_at: null })
})

it('a call is refused on request, with nothing done', async () => {
  const { href } = await place()
  const refusal = { operation: 'program_enrolments.get', status: 404, code: 'not_found' }
  expect((await control('refusals', refusal)).status).toBe(200)
  expect(await call(href)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect((await call(href)).status).toBe(200)
  expect((await control('refusals', { operation: 'unknown', code: 'x' })).body.error).toContain('operation')
})
