/** Makes learners with awarded credit for tests that begin after that. */
import { enrol, inDays, newRun } from './study.ts'
import type { World } from './world.ts'

/** One payload of a mutation or one root field; what went wrong is thrown, with its codes. */
export async function answerOf(world: World, persona: string | null, document: string, variables: object = {}) {
  const { data, errors } = await world.ask(persona, document, variables)
  if (errors) throw new Error(errors.map(({ extensions, message }) => `${extensions.code}: ${message}`).join('; '))
  return Object.values(data)[0] as never
}

/** A new credit record of 15 CATS at level 7, of a learner whose account is linked: its id. */
export async function awarded(world: World, persona: string): Promise<string> {
  const run = await newRun(world, { price: { minor: 0, currency: 'GBP' } })
  const { enrolment, userErrors } = await enrol(world, persona, run.id)
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors))
  await world.settle()
  const { enrolments } = await world.partnerLedger()
  const passed = { status: 'passed', grade: '71', identity_verified: true, awarded_on: inDays(-1).slice(0, 10) }
  await world.control('partner', `program_enrolments/${enrolments.at(-1)?.uuid}/result`, passed)
  await world.settle()
  const document = 'query ($id: ID!) { node(id: $id) { ... on Enrolment { creditRecord { id } } } }'
  const { data } = await world.ask(persona, document, { id: enrolment.id })
  return data.node.creditRecord.id
}

/** Credit from elsewhere, as a question about eligibility states it; what `more` says otherwise. */
export const externalCredit = (ref: string, more: object = {}) => ({
  ref,
  title: 'Leading change',
  awardingBody: 'somewhere',
  amount: '15',
  scheme: 'CATS',
  level: 7,
  framework: 'FHEQ',
  awardedOn: '2026-01-31',
  subject: 'Business and Management',
  ...more,
})

/** A qualification's id. */
export async function qualificationId(world: World, institutionSlug: string, slug: string): Promise<string> {
  const document = 'query ($i: String!, $s: String!) { qualification(institutionSlug: $i, slug: $s) { id } }'
  const { data } = await world.ask(null, document, { i: institutionSlug, s: slug })
  return data.qualification.id
}
