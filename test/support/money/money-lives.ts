/** Runs random lives on a real world and checks the invariants at rest. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { partnerJobs } from '../../../src/partner-inbox/partner-jobs.ts'
import { reconcile } from '../../../src/payments/reconciliation/reconcile.ts'
import { inTransaction } from '../../../src/store/transaction.ts'
import { startWorld, type World } from '../world/world.ts'
import { quickCalls } from './chaos.ts'
import { brokenInvariants } from './invariants.ts'
import { anyDeed, payingCards, settlePayPal } from './money-deeds.ts'
import { type Model, newLives } from './money-model.ts'

const boxes = ['stripe', 'paypal', 'partner'] as const
/** Lives one again: the path that a failure printed, or the number of the life. */
const { LIFE } = process.env

/** So many sequences of so many deeds at most, in one world; a failure prints the seed and the shortest sequence. */
export function testLives({ runs, deeds, withinMs }: { runs: number; deeds: number; withinMs: number }) {
  let world: World
  const told = new Set<string>()
  jest.setTimeout(withinMs)
  beforeAll(async () => {
    world = await startWorld({ limits: quickCalls })
  })
  afterAll(() => world?.close())

  it(`after ${runs} random lives every penny is accounted for, every place is paid for, and nothing is left over`, async () => {
    await fc.assert(
      fc.asyncProperty(
        beginnings,
        fc.commands([anyDeed], { maxCommands: deeds, size: 'max' }),
        async (begin, commands) => {
          const model: Model = { enrolments: 0 }
          const real = await newLives(world, begin, model)
          try {
            await fc.asyncModelRun(() => ({ model, real }), commands)
          } finally {
            await comeToRest(world)
          }
          // What an earlier life left is that one's failure, while a shorter one is looked for.
          const broken = (await brokenInvariants(world)).filter((one) => !told.has(one))
          for (const one of broken) told.add(one)
          expect(broken).toEqual([])
        },
      ),
      { numRuns: runs, ...(LIFE !== undefined && { path: LIFE }) },
    )
  })
}

const beginnings = fc.array(
  fc.oneof(
    fc.record({ method: fc.constant('CARD'), by: fc.constantFrom(...payingCards), registered: fc.boolean() }),
    fc.record({ method: fc.constant('PAYPAL'), by: fc.constantFrom('balance', 'echeck'), registered: fc.boolean() }),
  ),
  { minLength: 1, maxLength: 2 },
)

/** All is well again, and the clock goes on: jobs, the passes that run by the clock, jobs. */
async function comeToRest(world: World): Promise<void> {
  for (const box of boxes) {
    await world.clearFaults(box)
    await world.control(box, 'webhooks', { mode: 'hold' })
  }
  for (const payer of ['stripe', 'paypal'] as const) {
    await world.control(payer, 'permissions', { missing: [] })
    await world.control(payer, 'balance', { refunds: 'enough' })
  }
  await fetch(`${new URL(world.environment.PAYPAL_API_BASE ?? '').origin}/_sandbox/refusals`, { method: 'DELETE' })
  await world.settle()
  world.pass(1)
  await world.settle()
  // Holds last 35 minutes; refunds that were refused for now wait for one, two, four … hours.
  world.pass(38)
  await world.settle()
  while (await isRefundWaiting(world)) {
    world.pass(60)
    await world.settle()
  }
  // What is refunded of an e-check waits for a bank again.
  while ((await settlePayPal({ world }, 'completed')) > 0) await world.settle()
  const context = world.app.systemContext('lives')
  await inTransaction(context.em, (tx) => partnerJobs.syncRegistrations.add(tx, {}))
  await world.settle()
  await reconcile(context, { apply: true })
  await world.settle()
}

async function isRefundWaiting(world: World): Promise<boolean> {
  const waiting = `select 1 from refund where next_try_at is not null`
  return (await world.app.orm.em.fork().execute(waiting)).length > 0
}
