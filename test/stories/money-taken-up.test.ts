/** Tests that the next reconciliation resumes money that led nowhere. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import {
  atPartner,
  cancelEnrolment,
  enrol,
  enrolmentOf,
  linked,
  newRun,
  paid,
  registered,
  requestRefund,
  until,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

/** As if the job had been lost: deleted by hand, or given up after days. */
const lose = (task: string) =>
  world.app.orm.em
    .fork()
    .execute(
      'delete from graphile_worker._private_jobs where task_id = (select id from graphile_worker._private_tasks where identifier = ?)',
      [task],
    )

async function corrections(apply: boolean) {
  world.pass(11)
  const { id } = await reconcile(world.app.systemContext('test'), { apply })
  await world.settle()
  const found = await world.app.orm.em
    .fork()
    .execute('select outcome, "from" from correction where reconciliation_id = ?', [id])
  return found
}

describe('a payment whose enrolment was forgotten', () => {
  it('is only reported by a dry run, and registered by the next that is applied', async () => {
    const persona = await linked(world, 'olga')
    const { enrolmentId } = await paid(world, persona, (await newRun(world)).id)
    await lose('register_enrolment')
    expect(await corrections(false)).toContainEqual({ outcome: 'SKIPPED', from: 'PAID' })
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('PAID')
    expect(await corrections(true)).toContainEqual({ outcome: 'HEALED', from: 'PAID' })
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    expect(await corrections(true)).toEqual([])
  })

  it('ends its registration when only that was forgotten', async () => {
    const persona = await linked(world, 'olaf')
    const { enrolmentId } = await registered(world, persona, (await newRun(world)).id)
    await requestRefund(world, persona, enrolmentId)
    await world.control('partner', 'faults', {
      operation: 'program_enrolments.deactivate',
      fault: 'http_503',
      times: 1_000,
    })
    await world.settle()
    await lose('withdraw_registration')
    await world.clearFaults('partner')
    expect(await corrections(true)).toContainEqual({ outcome: 'HEALED', from: 'REVOKING' })
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REVOKED')
    expect((await atPartner(world, 'olaf')).active).toEqual([])
  })
})

it('money that a bank sent back while the learner held a place anew is with the operators once that place is gone', async () => {
  const persona = await linked(world, 'otis')
  const run = await newRun(world)
  const { enrolmentId } = await paid(world, persona, run.id, {}, '4000000000005126')
  await requestRefund(world, persona, enrolmentId)
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('COMPENSATED')
  const anew = await enrol(world, persona, run.id)
  const refunds = async () => (await enrolmentOf(world, persona, enrolmentId)).payments[0].refunds
  await until(world, async () => (await refunds())[0].status === 'FAILED')

  const quarantined = { outcome: 'QUARANTINED', from: 'COMPENSATED' }
  expect(await corrections(true)).toContainEqual(quarantined)
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('COMPENSATED')
  await cancelEnrolment(world, persona, anew.enrolment.id)
  expect(await corrections(true)).toContainEqual(quarantined)
  expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('STUCK')
  expect(await corrections(true)).toEqual([])
})

it('money for an enrolment that has ended goes back, whoever forgot it', async () => {
  const persona = await linked(world, 'oona')
  const { enrolmentId, paymentId } = await registered(world, persona, (await newRun(world)).id)
  await world.app.orm.em
    .fork()
    .execute("update enrolment set status = 'CANCELLED', payment_id = null where payment_id = ?", [
      readGlobalId(paymentId)?.uuid,
    ])
  expect(await corrections(true)).toContainEqual({ outcome: 'HEALED', from: 'CANCELLED' })
  const { payments } = await enrolmentOf(world, persona, enrolmentId)
  expect(payments).toMatchObject([{ refunds: [{ status: 'SUCCEEDED', origin: 'COMPENSATION' }] }])
  expect(await corrections(true)).toEqual([])
})
