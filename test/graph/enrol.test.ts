/** Tests that enrol reserves a place with a payment, or refuses and writes nothing. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  atPartner,
  back,
  completePayment,
  enrol,
  enrolmentOf,
  followInvitation,
  inDays,
  linked,
  newKey,
  newRun,
  pay,
  way,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const enrolments = async (persona: string) => {
  const { data } = await world.ask(persona, '{ viewer { learner { enrolments { totalCount } } } }')
  return data.viewer.learner.enrolments.totalCount
}

describe('a learner with a linked account', () => {
  it('has a place, and is told where to pay until when, and comes back with the payment named', async () => {
    const persona = await linked(world, 'flora')
    const run = await newRun(world, { price: { minor: 12_345, currency: 'EUR' } })
    const { enrolment, payment, userErrors } = await enrol(world, persona, run.id)
    expect(userErrors).toEqual([])
    expect(enrolment.status).toBe('PENDING_PAYMENT')
    expect(payment).toMatchObject({
      status: 'REQUIRES_ACTION',
      method: 'CARD',
      amount: { amountMinor: 12_345, currency: 'EUR' },
    })
    expect(Date.parse(payment.action.expiresAt)).toBeGreaterThan(Date.now())
    const { body } = await pay(world, payment.action.redirectUrl)
    const returned = new URL((body as { redirectUrl: string }).redirectUrl)
    expect(`${returned.origin}${returned.pathname}`).toBe(back)
    expect(Object.fromEntries(returned.searchParams)).toMatchObject({ payment: payment.id, result: 'returned' })
  })

  it('pays nothing for what costs nothing, and is registered', async () => {
    const persona = await linked(world, 'frida')
    const run = await newRun(world, { price: { minor: 0, currency: 'GBP' } })
    const { enrolment, payment, userErrors } = await enrol(world, persona, run.id)
    expect(userErrors).toEqual([])
    expect(payment).toBeNull()
    await world.settle()
    expect(await way(world, persona, enrolment.id)).toEqual(['PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED'])
  })

  it('who asks ten times at once with one key has one enrolment, one payment and ten equal answers', async () => {
    const persona = await linked(world, 'tina')
    const run = await newRun(world)
    const same = { idempotencyKey: newKey() }
    const answers = await Promise.all(Array.from({ length: 10 }, () => enrol(world, persona, run.id, same)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ payment: { status: 'REQUIRES_ACTION' }, userErrors: [] })
    expect(await enrolments(persona)).toBe(1)
    expect((await enrolmentOf(world, persona, answers[0].enrolment.id)).payments).toHaveLength(1)
  })

  it('who asks at once with different keys has one place, and is told of it', async () => {
    const persona = await linked(world, 'theo')
    const run = await newRun(world)
    const answers = await Promise.all(Array.from({ length: 4 }, () => enrol(world, persona, run.id)))
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code))
    expect(codes).toEqual(['ALREADY_ENROLLED', 'ALREADY_ENROLLED', 'ALREADY_ENROLLED'])
    const { enrolment } = answers.find(({ userErrors }) => userErrors.length === 0)
    const refused = answers.find(({ userErrors }) => userErrors.length > 0)
    expect(refused.userErrors[0].enrolment).toEqual({ id: enrolment.id, status: 'PENDING_PAYMENT' })
  })

  it('who repeats the key later has the same answer, whatever has become of the run', async () => {
    const persona = await linked(world, 'rosa')
    const run = await newRun(world, { capacity: 1 })
    const same = { idempotencyKey: newKey() }
    const first = await enrol(world, persona, run.id, same)
    await pay(world, first.payment.action.redirectUrl)
    await completePayment(world, persona, first.payment.id)
    await world.settle()
    const again = await enrol(world, persona, run.id, same)
    expect(again).toMatchObject({
      enrolment: { id: first.enrolment.id, status: 'REGISTERED' },
      payment: { id: first.payment.id },
      userErrors: [],
    })
    const other = await enrol(world, persona, run.id, { ...same, paymentMethod: 'PAYPAL' })
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT', field: ['input', 'idempotencyKey'] }])
  })
})

describe('a learner without an account', () => {
  it('is invited, and enrols once the invitation was followed, with the same key', async () => {
    const persona = 'learner:gwen'
    const run = await newRun(world)
    const same = { idempotencyKey: newKey() }
    const first = await enrol(world, persona, run.id, same)
    expect(first).toMatchObject({ enrolment: null, payment: null })
    expect(first.userErrors).toMatchObject([
      { __typename: 'PartnerAccountRequired', partnerAccount: { status: 'PENDING' } },
    ])
    await followInvitation(first.userErrors[0].partnerAccount.invitationUrl)
    // The webhook that tells of it is not awaited: the partner is asked.
    expect(await enrol(world, persona, run.id, same)).toMatchObject({ enrolment: { status: 'PENDING_PAYMENT' } })
  })

  it('is not invited for a run that is closed', async () => {
    const run = await newRun(world, { enrolment_opens_at: inDays(3), enrolment_closes_at: inDays(10) })
    const { userErrors } = await enrol(world, 'learner:gerd', run.id)
    expect(userErrors).toMatchObject([{ code: 'ENROLMENT_CLOSED' }])
    const { data } = await world.ask('learner:gerd', '{ viewer { learner { partnerAccount { status } } } }')
    expect(data.viewer.learner.partnerAccount).toBeNull()
  })
})

describe('wrong input', () => {
  let run: { id: string }
  let persona: string
  beforeAll(async () => {
    run = await newRun(world)
    persona = await linked(world, 'wilma')
  })

  it.each<[string, object, string]>([
    ['idempotencyKey', { idempotencyKey: ' ' }, 'INVALID_INPUT'],
    ['idempotencyKey', { idempotencyKey: 'x'.repeat(201) }, 'INVALID_INPUT'],
    ['termsAccepted', { termsAccepted: false }, 'INVALID_INPUT'],
    ['returnUrl', { returnUrl: 'ftp://app.example/' }, 'INVALID_INPUT'],
    ['returnUrl', { returnUrl: 'https://elsewhere.example/' }, 'INVALID_INPUT'],
    ['courseRunId', { courseRunId: 'nonsense' }, 'NOT_FOUND'],
    ['courseRunId', { courseRunId: Buffer.from('Course:nonsense').toString('base64url') }, 'NOT_FOUND'],
  ])('in %s is refused by name, and nothing is written', async (name, wrong, code) => {
    const { enrolment, payment, userErrors } = await enrol(world, persona, run.id, wrong)
    expect(userErrors).toMatchObject([{ code, field: ['input', name] }])
    expect([enrolment, payment]).toEqual([null, null])
    expect(await enrolments(persona)).toBe(0)
  })

  it('of a method that is not offered refuses the request', async () => {
    const input = { courseRunId: run.id, paymentMethod: 'CHEQUE', returnUrl: back, termsAccepted: true }
    const document = 'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } } }'
    const { errors } = await world.ask(persona, document, { input: { ...input, idempotencyKey: newKey() } })
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('by nobody, or by those who do not study, is thrown', async () => {
    const document = 'mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id } } }'
    const wish = { courseRunId: run.id, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true }
    const codeFor = async (who: string | null) => {
      const { errors } = await world.ask(who, document, { input: { ...wish, idempotencyKey: newKey() } })
      return errors?.[0]?.extensions.code
    }
    expect(await codeFor(null)).toBe('UNAUTHENTICATED')
    expect(await codeFor('institution-client')).toBe('FORBIDDEN')
  })
})

describe('a run that cannot be had', () => {
  it.each<[string, object]>([
    ['that opens later', { enrolment_opens_at: inDays(3), enrolment_closes_at: inDays(10) }],
    ['whose window is over', { enrolment_opens_at: inDays(-10), enrolment_closes_at: inDays(-1) }],
    [
      'that has ended',
      { start_time: inDays(-200), enrolment_opens_at: inDays(-230), enrolment_closes_at: inDays(-190) },
    ],
  ])('%s is closed, and the refusal says when it is open', async (_, facts) => {
    const persona = await linked(world, 'carl')
    const run = await newRun(world, facts)
    const { userErrors } = await enrol(world, persona, run.id)
    expect(userErrors).toMatchObject([
      { code: 'ENROLMENT_CLOSED', opensAt: expect.any(String), closesAt: expect.any(String) },
    ])
  })

  it('without a place is full, at the partner or by places held here', async () => {
    const [first, second] = [await linked(world, 'zora'), await linked(world, 'zeno')]
    const full = await newRun(world, { capacity: 0 })
    expect((await enrol(world, first, full.id)).userErrors).toMatchObject([{ code: 'RUN_FULL' }])
    const one = await newRun(world, { capacity: 1 })
    expect((await enrol(world, first, one.id)).userErrors).toEqual([])
    expect((await enrol(world, second, one.id)).userErrors).toMatchObject([{ code: 'RUN_FULL' }])
    expect((await atPartner(world, 'zora')).active).toEqual([])
  })
})

describe('an upstream that does not answer', () => {
  it.each(['CARD', 'PAYPAL'])('leaves place and payment by %s; the same key tries again', async (paymentMethod) => {
    const persona = await linked(world, `pia-${paymentMethod.toLowerCase()}`)
    const run = await newRun(world)
    const [sandbox, operation] =
      paymentMethod === 'CARD'
        ? (['stripe', 'checkout.sessions.create'] as const)
        : (['paypal', 'orders.create'] as const)
    await world.control(sandbox, 'faults', { operation, fault: 'http_503', times: 10 })
    const same = { idempotencyKey: newKey(), paymentMethod }
    const first = await enrol(world, persona, run.id, same)
    expect(first).toMatchObject({
      enrolment: { status: 'PENDING_PAYMENT' },
      payment: { status: 'CREATED' },
      userErrors: [{ code: 'PROVIDER_UNAVAILABLE', provider: sandbox.toUpperCase() }],
    })
    await world.clearFaults(sandbox)
    const again = await enrol(world, persona, run.id, same)
    expect(again).toMatchObject({
      enrolment: { id: first.enrolment.id },
      payment: { id: first.payment.id, status: 'REQUIRES_ACTION' },
      userErrors: [],
    })
  })

  it('holds nobody up who only asked how many places are left', async () => {
    const persona = await linked(world, 'paul')
    const run = await newRun(world)
    await world.control('partner', 'faults', { operation: 'program_runs.availability', fault: 'http_503', times: 10 })
    const answer = await enrol(world, persona, run.id)
    await world.clearFaults('partner')
    expect(answer.userErrors).toEqual([])
  })

  it('is named when nobody can say whether there is an account', async () => {
    const run = await newRun(world)
    await world.control('partner', 'faults', {
      operation: 'organisation_memberships.find',
      fault: 'http_503',
      times: 10,
    })
    const answer = await enrol(world, 'learner:petra', run.id)
    await world.clearFaults('partner')
    expect(answer).toMatchObject({
      enrolment: null,
      userErrors: [{ code: 'PROVIDER_UNAVAILABLE', provider: 'PARTNER' }],
    })
  })
})
