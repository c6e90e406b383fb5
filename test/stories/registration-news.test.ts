/** Tests that the partner's news of a place reaches its enrolment. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { partnerJobs } from '../../src/partner-inbox/partner-jobs.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { casesOf, end, free, heard, newName, partner, poll, reviewed, study } from '../support/world/partner-news.ts'
import { atPartner, enrol, enrolmentOf, linked, newRun, paid, requestRefund, way } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

describe.each(['webhook', 'list'] as const)('heard by %s', (how) => {
  it.each([
    ['N1', 'partner', 'PARTNER'],
    ['N2', 'unsaid', null],
  ])(
    '%s: a paid place that ends by %s is STUCK, and its money can be asked back without a deadline',
    async (_, by, said) => {
      const { persona, enrolmentId, run, at } = await study(world)
      await heard(world, how, () => end(world, at, by))
      const seen = await enrolmentOf(world, persona, enrolmentId)
      expect(seen).toMatchObject({
        status: 'STUCK',
        stuckReason: 'REGISTRATION_ENDED',
        registrationEndedBy: said,
        registrationEndedAt: expect.any(String),
        studyUrl: null,
        refundability: {
          refundable: true,
          basis: 'REGISTRATION_ENDED',
          deadline: null,
          maximum: { amountMinor: 49_500 },
        },
      })
      expect(seen.history.at(-1)).toMatchObject({ from: 'REGISTERED', to: 'STUCK', cause: 'REGISTRATION_ENDED' })
      expect((await enrol(world, persona, run.id)).userErrors).toMatchObject([{ code: 'ALREADY_ENROLLED' }])
      const stuck = { kind: 'ENROLMENT_STUCK', status: 'OPEN', amountMinor: 49_500 }
      expect(await casesOf(world, enrolmentId)).toMatchObject([stuck])
    },
  )

  it('N4: and stands again once the partner gives it back', async () => {
    const { persona, enrolmentId, at } = await study(world)
    await heard(world, how, () => end(world, at, 'partner'))
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('STUCK')
    await heard(world, how, () => partner(world, `${at}/reactivate`))
    const seen = await enrolmentOf(world, persona, enrolmentId)
    const stands = { status: 'REGISTERED', stuckReason: null, registrationEndedAt: null, registrationEndedBy: null }
    expect(seen).toMatchObject({ ...stands, studyUrl: expect.any(String) })
    expect(seen.history.at(-1)).toMatchObject({ from: 'STUCK', to: 'REGISTERED', cause: 'REACTIVATED' })
    expect(seen.refundability).toMatchObject({ basis: 'CONTRACT_FROM_START', deadline: expect.any(String) })
    const closed = { kind: 'ENROLMENT_STUCK', status: 'CLOSED', outcome: 'BY_ITSELF', closedBy: null }
    expect(await casesOf(world, enrolmentId)).toMatchObject([closed])
  })
})

it('N3: a place that the learner leaves there is WITHDRAWN, and its money goes back inside the deadline', async () => {
  const start = new Date(world.now().getTime() + 3 * 86_400_000)
  start.setUTCMilliseconds(0)
  const { name, persona, enrolmentId, at } = await study(world, { start_time: start.toISOString(), time_zone: 'UTC' })
  // The fifth day.
  world.pass(8 * 24 * 60)
  await heard(world, 'webhook', () => end(world, at, 'learner'))
  const left = await enrolmentOf(world, persona, enrolmentId)
  expect(left).toMatchObject({
    status: 'WITHDRAWN',
    registrationEndedBy: 'LEARNER',
    refundability: {
      refundable: true,
      basis: 'CONTRACT_FROM_START',
      deadline: expect.stringContaining(new Date(start.getTime() + 14 * 86_400_000).toISOString().slice(0, 19)),
    },
  })
  expect(left.history.at(-1)).toMatchObject({ from: 'REGISTERED', cause: 'LEFT_AT_PARTNER' })
  expect(await casesOf(world, enrolmentId)).toEqual([])
  const { refund, userErrors } = await requestRefund(world, persona, enrolmentId)
  expect([refund.amount.amountMinor, userErrors]).toEqual([49_500, []])
  await world.settle()
  const back = await enrolmentOf(world, persona, enrolmentId)
  expect(back).toMatchObject({ status: 'REVOKED', payments: [{ refunds: [{ status: 'SUCCEEDED' }] }] })
  const { enrolments } = await world.partnerLedger()
  expect(enrolments.find((one) => one.external_learner_id === name)).toMatchObject({ deactivated_by: 'learner' })
})

it('a place that was left is REGISTERED again when it is given back, and not when its money went back', async () => {
  const { persona, enrolmentId, at } = await study(world)
  await heard(world, 'webhook', () => end(world, at, 'learner'))
  await heard(world, 'webhook', () => partner(world, `${at}/reactivate`))
  expect((await way(world, persona, enrolmentId)).slice(-2)).toEqual(['WITHDRAWN', 'REGISTERED'])
  await heard(world, 'webhook', () => end(world, at, 'learner'))
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  await heard(world, 'webhook', () => partner(world, `${at}/reactivate`))
  expect((await way(world, persona, enrolmentId)).slice(-2)).toEqual(['WITHDRAWN', 'REVOKED'])
})

describe('N6: ended', () => {
  it('after the result, it stays COMPLETED with its credit, and the way to study is closed', async () => {
    const { persona, enrolmentId, at } = await study(world)
    await partner(world, `${at}/result`, { status: 'passed', grade: '70', awarded_on: '2026-11-20' })
    await world.settle()
    await heard(world, 'webhook', () => end(world, at, 'partner'))
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
      status: 'COMPLETED',
      studyUrl: null,
      registrationEndedBy: 'PARTNER',
      creditRecord: { status: 'AWARDED' },
    })
    expect(await casesOf(world, enrolmentId)).toEqual([])
  })

  it('with nothing paid, it is WITHDRAWN', async () => {
    const { persona, enrolmentId, at } = await study(world, free)
    await heard(world, 'webhook', () => end(world, at, 'partner'))
    const seen = await enrolmentOf(world, persona, enrolmentId)
    expect(seen).toMatchObject({ status: 'WITHDRAWN', refundability: { deadline: null, basis: null } })
    expect(seen.history.at(-1)).toMatchObject({ cause: 'ENDED_AT_PARTNER' })
    expect(await casesOf(world, enrolmentId)).toEqual([])
  })
})

it('N7: a place that is given back after its money went back is for a person, and changes nothing here', async () => {
  const { persona, enrolmentId, at } = await study(world)
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolmentId)).registrationEndedBy).toBe('GATEWAY')
  await heard(world, 'webhook', () => partner(world, `${at}/reactivate`))
  await poll(world)
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REVOKED')
  expect((await world.partnerLedger()).enrolments.at(-1)).toMatchObject({ status: 'active' })
  expect(await casesOf(world, enrolmentId)).toMatchObject([{ kind: 'REGISTERED_UNPAID', status: 'OPEN' }])
  await heard(world, 'webhook', () => end(world, at, 'partner'))
  const over = { kind: 'REGISTERED_UNPAID', status: 'CLOSED', outcome: 'BY_ITSELF' }
  expect(await casesOf(world, enrolmentId)).toMatchObject([over])
})

describe('N8: a result', () => {
  it('that is corrected is noted once, and one that is taken back leaves the learner on the run', async () => {
    const { persona, enrolmentId, at } = await study(world)
    const passed = { status: 'passed', grade: '62', awarded_on: '2026-11-20', identity_verified: true }
    await heard(world, 'webhook', () => partner(world, `${at}/result`, passed))
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({ creditRecord: { status: 'AWARDED' } })
    const failed = { ...passed, status: 'failed', grade: '0' }
    const first = await reviewed(world, () => heard(world, 'list', () => partner(world, `${at}/result`, failed)))
    const was = { outcome: 'PASSED', grade: '62.00', awardedOn: '2026-11-20', identityVerified: true }
    const is = { ...was, outcome: 'FAILED', grade: '0' }
    expect(first).toEqual([{ from: was, to: is }])
    expect(await reviewed(world, () => heard(world, 'webhook', () => partner(world, `${at}/result`, failed)))).toEqual(
      [],
    )
    const seen = await enrolmentOf(world, persona, enrolmentId)
    expect(seen).toMatchObject({ status: 'COMPLETED', result: { outcome: 'FAILED', grade: '0' } })
    const notes = seen.history.filter(({ cause }: { cause: string }) => cause === 'RESULT_CORRECTED')
    expect(notes).toMatchObject([{ from: 'PASSED 62.00', to: 'FAILED 0' }])
    expect(await casesOf(world, enrolmentId)).toMatchObject([{ kind: 'RESULT_CORRECTED', status: 'OPEN' }])
    const second = await reviewed(world, () =>
      heard(world, 'webhook', () => partner(world, `${at}/result`, {}, 'DELETE')),
    )
    expect(second).toMatchObject([{ from: { outcome: 'FAILED' }, to: null }])
    const gone = await enrolmentOf(world, persona, enrolmentId)
    expect(gone).toMatchObject({ status: 'REGISTERED', result: null })
    expect(gone.history.at(-1)).toMatchObject({ from: 'COMPLETED', cause: 'RESULT_WITHDRAWN' })
  })

  it('that comes after the partner ended the place completes it', async () => {
    const { persona, enrolmentId, at } = await study(world)
    await heard(world, 'webhook', () => end(world, at, 'partner'))
    await heard(world, 'webhook', () =>
      partner(world, `${at}/result`, { status: 'passed', grade: '70', awarded_on: '2026-11-20' }),
    )
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
      status: 'COMPLETED',
      stuckReason: null,
      studyUrl: null,
      creditRecord: { status: 'AWARDED' },
    })
  })
})

describe('ended while it is being made', () => {
  const losing = async (ends: number) => {
    const name = newName()
    const persona = await linked(world, name)
    const { enrolmentId } = await paid(world, persona, (await newRun(world)).id)
    for (let times = 0; times < ends; times += 1) {
      await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'reset_after' })
      await world.wake()
      await world.app.worker.runDue()
      const [uuid] = (await atPartner(world, name)).active
      await end(world, `program_enrolments/${uuid}`, 'partner')
      // Heard before the job tries again.
      await inTransaction(world.app.orm.em, (tx) => partnerJobs.syncRegistrations.add(tx, {}))
      if (times + 1 < ends)
        await partner(world, 'faults', { operation: 'program_enrolments.create', fault: 'http_503', times: 1 })
      await world.app.worker.runDue()
    }
    await world.settle()
    return { name, persona, enrolmentId }
  }

  it('it is made anew', async () => {
    const { name, persona, enrolmentId } = await losing(1)
    const seen = await enrolmentOf(world, persona, enrolmentId)
    expect(seen).toMatchObject({ status: 'REGISTERED', registrationEndedAt: null, studyUrl: expect.any(String) })
    expect((await atPartner(world, name)).active).toHaveLength(1)
  })

  it('twice, it is a refusal, and the money goes back', async () => {
    const { name, persona, enrolmentId } = await losing(2)
    expect((await way(world, persona, enrolmentId)).slice(-2)).toEqual(['COMPENSATING', 'COMPENSATED'])
    const { history } = await enrolmentOf(world, persona, enrolmentId)
    expect(history.at(-2)).toMatchObject({ from: 'REGISTERING', cause: 'REGISTRATION_ENDED' })
    expect((await atPartner(world, name)).active).toEqual([])
  })
})

describe('N2: what nobody told of', () => {
  const corrections = async (apply: boolean) => {
    const { id } = await reconcile(world.app.systemContext('test'), { apply })
    await world.settle()
    const document = `{ viewer { operator { reconciliations(first: 1) { nodes { id corrections { nodes {
      outcome from to note subject { id } } } } } } } }`
    const { data } = await world.ask('operator', document)
    const [newest] = data.viewer.operator.reconciliations.nodes
    expect(readGlobalId(newest.id)?.uuid).toBe(id)
    return newest.corrections.nodes
  }

  it('is found a day later by the reconciliation, and a dry run only says so', async () => {
    const { persona, enrolmentId, at } = await study(world)
    await partner(world, 'webhooks', { mode: 'drop' })
    await end(world, at, 'unsaid')
    await partner(world, 'webhooks', { mode: 'hold' })
    const own = async (apply: boolean) =>
      (await corrections(apply)).filter(
        ({ subject }: { subject: { id: string } | null }) => subject?.id === enrolmentId,
      )
    world.pass(24 * 60 - 5)
    expect(await own(true)).toEqual([])
    world.pass(5)
    const found = { from: 'REGISTERED', to: 'STUCK', subject: { id: enrolmentId } }
    expect(await own(false)).toMatchObject([{ ...found, outcome: 'SKIPPED' }])
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    expect(await own(true)).toMatchObject([{ ...found, outcome: 'HEALED' }])
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
      status: 'STUCK',
      stuckReason: 'REGISTRATION_ENDED',
      registrationEndedBy: null,
    })
    expect(await own(true)).toEqual([])
  })

  it('waits for the next pass while the partner does not answer', async () => {
    world.pass(24 * 60 + 1)
    await partner(world, 'faults', { operation: 'program_enrolments.list', fault: 'http_503', times: 100 })
    expect(await corrections(true)).toMatchObject([{ outcome: 'DEFERRED', note: expect.stringMatching(/partner/) }])
    await world.clearFaults('partner')
  })
})

describe('a membership that became one with another', () => {
  it('is taken over, and the place with it', async () => {
    const { name, persona, enrolmentId, at } = await study(world)
    const place = { external_learner_id: `${name}-too`, program_run: (await newRun(world)).uuid }
    await partner(world, 'webhooks', { mode: 'drop' })
    expect((await partner(world, 'program_enrolments', place)).status).toBe(201)
    const { memberships } = await world.partnerLedger()
    const of = (id: string) => memberships.find((one) => one.external_learner_id === id)?.uuid as string
    await partner(world, `memberships/${of(name)}/merge`, { into: of(`${name}-too`) })
    await partner(world, 'webhooks', { mode: 'hold' })
    await partner(world, `${at}/progress`, { steps_completed_ratio: 0.5 })
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    await heard(world, 'webhook', () => end(world, at, 'learner'))
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('WITHDRAWN')
  })
})
