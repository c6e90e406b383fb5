/** Tests that a refused e-mail address is told as such, or done without. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { partner } from '../support/world/partner-news.ts'
import { back, completePayment, enrol, enrolmentOf, linked, newKey, newRun, pay } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

async function emailOf(persona: string): Promise<string> {
  return (await world.ask(persona, '{ viewer { learner { email } } }')).data.viewer.learner.email
}

it('B7: the partner does not take the address: linking and enrolling name it', async () => {
  const persona = 'learner:dotty'
  const email = await emailOf(persona)
  await partner(world, 'emails', { refused: [email] })
  const refused = {
    __typename: 'ProviderRefused',
    code: 'PROVIDER_REFUSED',
    provider: 'PARTNER',
    reason: 'EMAIL_NOT_ACCEPTED',
    message: expect.stringContaining(email),
  }
  const errors = 'userErrors { __typename code message ... on ProviderRefused { provider reason } }'
  const linking = `mutation { linkPartnerAccount(input: { returnUrl: "${back}" }) { partnerAccount { status } ${errors} } }`
  expect((await world.ask(persona, linking)).data.linkPartnerAccount).toMatchObject({
    partnerAccount: null,
    userErrors: [refused],
  })
  const { id: courseRunId } = await newRun(world)
  const input = { courseRunId, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true, idempotencyKey: newKey() }
  const enrolling = `mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } ${errors} } }`
  expect((await world.ask(persona, enrolling, { input })).data.enrol).toMatchObject({
    enrolment: null,
    userErrors: [refused],
  })
  await partner(world, 'emails', { refused: [] })
  expect((await world.ask(persona, linking)).data.linkPartnerAccount.userErrors).toEqual([])
})

it('B7: Stripe does not take the address: the page opens without it', async () => {
  const persona = await linked(world, 'wanda')
  const { id } = await newRun(world)
  const said = { operation: 'checkout.sessions.create', status: 400, code: 'email_invalid', times: 1 }
  expect((await world.control('stripe', 'refusals', said)).status).toBeLessThan(300)
  const { payment, userErrors } = await enrol(world, persona, id)
  expect([payment.status, userErrors]).toEqual(['REQUIRES_ACTION', []])
  await pay(world, payment.action.redirectUrl)
  expect(await completePayment(world, persona, payment.id)).toMatchObject({ payment: { status: 'SUCCEEDED' } })
})

it('B6: whoever holds a place may pay though the course is withdrawn meanwhile', async () => {
  const persona = await linked(world, 'will')
  const { id } = await newRun(world)
  const { enrolment, payment } = await enrol(world, persona, id)
  await partner(world, 'programs/evidence-based-coaching', { withdrawn: true })
  await world.settle()
  const late = await enrol(world, await linked(world, 'late'), id)
  expect(late.userErrors).toMatchObject([{ code: 'ENROLMENT_CLOSED' }])
  await pay(world, payment.action.redirectUrl)
  await completePayment(world, persona, payment.id)
  await world.settle()
  expect((await enrolmentOf(world, persona, enrolment.id)).status).toBe('REGISTERED')
})
