/** Prepares a filled world with what attacks ask about. */
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { enrol, linked, newRun } from '../support/world/study.ts'
import type { World } from '../support/world/world.ts'
import { type FilledWorld, startFilledWorld } from './filled-world.ts'
import type { Attack } from './ways.ts'

/** Who is not to notice: somebody with a page full of enrolments. */
export const BYSTANDER = 'learner:bench-0'
/** Staff of the institution whose policy is asked about. */
const REGISTRAR = 'registrar-2'
const CLAUSES = 50
const CLAUSE_CHARACTERS = 2_000

export type AttackGround = Omit<Attack, 'way' | 'url' | 'seconds'>

export async function startAttackedWorld(): Promise<FilledWorld & { ground: AttackGround }> {
  const made: AttackGround[] = []
  const filled = await startFilledWorld(async (world) => {
    made.push(await prepare(world))
  })
  return { ...filled, ground: made[0] as AttackGround }
}

/** A learner with a payment that is open and credit to share, and what anybody may ask about. */
async function prepare(world: World): Promise<AttackGround> {
  const persona = await linked(world, 'attacker')
  const record = await awarded(world, persona)
  const { payment, enrolment } = await enrol(world, persona, (await newRun(world)).id)
  const { data } = await world.ask(null, '{ courses(first: 40) { nodes { id } } }')
  const qualification = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  await publishClauses(world, qualification)
  return {
    token: await world.tokenOf(persona),
    payment: payment.id,
    enrolment: enrolment.id,
    record,
    qualification,
    courses: data.courses.nodes.map(({ id }: { id: string }) => id),
  }
}

/** As much text as an institution may publish, in force from today. */
async function publishClauses(world: World, qualificationId: string): Promise<void> {
  const rules = ['LEVEL', 'CMF_CONFORMANCE', 'AGE', 'AWARDING_BODY', 'SUBJECT']
  const input = {
    qualificationId,
    effectiveFrom: world.now().toISOString().slice(0, 10),
    agreement: 'AUTOMATIC',
    acceptedLevels: [6, 7],
    maxCredit: '60',
    clauses: Array.from({ length: CLAUSES }, (_, n) => ({
      rule: rules[n % rules.length],
      text: `${n} `.padEnd(CLAUSE_CHARACTERS, 'clause '),
    })),
  }
  const document = `mutation ($i: PublishTransferPolicyInput!) { publishTransferPolicy(input: $i) { userErrors { message } } }`
  const { userErrors } = (await answerOf(world, REGISTRAR, document, { i: input })) as { userErrors: object[] }
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors))
}
