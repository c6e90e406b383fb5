/** Tests that a failing partner ends in one registration or a refund. */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'
import { register } from '../../src/enrolments/register.ts'
import { uuidOf } from '../../src/graph/contract/global-id.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { openPlainPartner } from '../adapters/plain-partner.ts'
import { atPartner, enrol, enrolmentOf, linked, newRun, paid, until, way } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ limits: { breakerOpenMs: 500 } })
})
afterAll(() => world?.close())

const registeredWay = ['PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED']
const compensatedWay = ['PENDING_PAYMENT', 'PAID', 'REGISTERING', 'COMPENSATING', 'COMPENSATED']

const faultsOfCreating = ['http_503', 'http_429', 'http_500', 'malformed', 'reset_before', 'reset_after']

describe('registering', () => {
  it.each([
    ...faultsOfCreating.map((fault) => [fault, 'program_enrolments.create']),
    ['http_503', 'program_enrolments.find'],
  ])('survives %s of %s: one registration', async (fault, operation) => {
    const name = `vera-${fault.replaceAll('_', '-')}-${operation.split('.')[1]}`
    const persona = await linked(world, name)
    const { enrolmentId } = await paid(world, persona, (await newRun(world)).id)
    await world.control('partner', 'faults', { operation, fault, times: 2 })
    await world.settle()
    await world.clearFaults('partner')
    await world.settle()
    expect(await way(world, persona, enrolmentId)).toEqual(registeredWay)
    expect((await atPartner(world, name)).active).toHaveLength(1)
  })

  it.each(['http_429', 'http_503'])('comes back when the partner said so with %s, and not before', async (fault) => {
    const persona = await linked(world, `retry-${fault.replace('_', '-')}`)
    await paid(world, persona, (await newRun(world)).id)
    const operation = 'program_enrolments.create'
    await world.control('partner', 'faults', { operation, fault, retryAfterSeconds: 600 })
    await world.wake()
    await world.app.worker.runDue()
    const wait = `select extract(epoch from run_at - now())::float as seconds from graphile_worker.jobs
      where task_identifier = 'register_enrolment'`
    let seconds = 0
    // The library records the failure first, with its own backoff of some seconds.
    while (seconds < 60) [{ seconds }] = await world.app.orm.em.fork().execute(wait)
    expect(Math.round(seconds / 10) * 10).toBe(600)
    await world.settle()
  })

  it('waits as long as the partner is down, and goes on by itself', async () => {
    const persona = await linked(world, 'waldo')
    const { enrolmentId } = await paid(world, persona, (await newRun(world)).id)
    await world.control('partner', 'faults', { operation: '*', fault: 'http_503', times: 1_000 })
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERING')
    await world.clearFaults('partner')
    world.pass(11)
    await until(world, async () => {
      await reconcile(world.app.systemContext('test'), { apply: true })
      await world.settle()
      return (await enrolmentOf(world, persona, enrolmentId)).status === 'REGISTERED'
    })
    expect(await way(world, persona, enrolmentId)).toEqual(registeredWay)
  })
})

describe('a definitive no', () => {
  it.each([
    ['full', { capacity: 0 }, 'RUN_FULL'],
    ['closed', { status: 'cancelled' }, 'RUN_CLOSED'],
  ])('because the run is %s sends all the money back', async (_, change, cause) => {
    const persona = await linked(world, `nora-${cause.toLowerCase().replace('_', '-')}`)
    const run = await newRun(world)
    const { enrolmentId } = await paid(world, persona, run.id)
    await world.control('partner', `program_runs/${run.uuid}`, change)
    await world.settle()
    expect(await way(world, persona, enrolmentId)).toEqual(compensatedWay)
    const { history, payments } = await enrolmentOf(world, persona, enrolmentId)
    expect(history).toContainEqual(expect.objectContaining({ to: 'COMPENSATING', cause }))
    expect(payments[0].refunds).toMatchObject([
      { status: 'SUCCEEDED', origin: 'COMPENSATION', amount: { amountMinor: 49_500 } },
    ])
    expect((await enrol(world, persona, (await newRun(world)).id)).userErrors).toEqual([])
  })

  it('that the history has no code for is told by one of ours, and the partner’s own stays with the refund', async () => {
    const persona = await linked(world, 'norbert')
    const { enrolmentId } = await paid(world, persona, (await newRun(world)).id)
    const strict = await openPlainPartner({
      'POST /program_enrolments': { status: 422, body: { error: { code: 'too_young', message: 'Adults only.' } } },
    })
    try {
      const context = world.app.systemContext('test')
      const partner = partnerAdapter({
        consumerKey: 'consumer',
        sharedSecret: 'shared',
        webhookSecrets: ['webhook'],
        baseUrl: strict.url,
        now: world.now,
        onCall: () => undefined,
        log: context.log,
      })
      await register(Object.assign(context, { partner }), uuidOf('Enrolment', enrolmentId) as string)
    } finally {
      await strict.close()
    }
    await world.settle()
    const { history, payments } = await enrolmentOf(world, persona, enrolmentId)
    expect(history).toContainEqual(expect.objectContaining({ to: 'COMPENSATING', cause: 'REGISTRATION_REFUSED' }))
    expect(payments[0].refunds).toMatchObject([{ status: 'SUCCEEDED', reason: 'TOO_YOUNG' }])
  })
})

it('of two learners who want the last place at once, one has it and the other hears that the run is full', async () => {
  const [one, two] = [await linked(world, 'anna'), await linked(world, 'otto')]
  const run = await newRun(world, { capacity: 1 })
  const answers = await Promise.all([enrol(world, one, run.id), enrol(world, two, run.id)])
  const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code))
  expect(codes).toEqual(['RUN_FULL'])
})
