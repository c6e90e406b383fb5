/** Prepares a filled world with what attacks ask about. */
import { qualificationId } from '../support/world/awarded.ts'
import { enrol, linked, newRun } from '../support/world/study.ts'
import type { World } from '../support/world/world.ts'
import { type FilledWorld, startFilledWorld } from './filled-world.ts'
import type { Attack } from './ways.ts'

/** Who is not to notice: somebody with a page full of enrolments. */
export const BYSTANDER = 'learner:bench-0'

export type AttackGround = Pick<Attack, 'token' | 'payment' | 'qualification' | 'courses'>

export async function startAttackedWorld(): Promise<FilledWorld & { ground: AttackGround }> {
  const made: AttackGround[] = []
  const filled = await startFilledWorld(async (world) => {
    made.push(await prepare(world))
  })
  return { ...filled, ground: made[0] as AttackGround }
}

/** A learner with a payment that is open, and what anybody may ask about. */
async function prepare(world: World): Promise<AttackGround> {
  const persona = await linked(world, 'attacker')
  const { payment } = await enrol(world, persona, (await newRun(world)).id)
  const { data } = await world.ask(null, '{ courses(first: 40) { nodes { id } } }')
  return {
    token: await world.tokenOf(persona),
    payment: payment.id,
    qualification: await qualificationId(world, 'university-of-northmoor', 'msc-leadership'),
    courses: data.courses.nodes.map(({ id }: { id: string }) => id),
  }
}
