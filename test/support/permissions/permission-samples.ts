/** Makes one learner with everything that the permission matrix asks about. */
import { randomUUID } from 'node:crypto'
import { acknowledge } from '../../../src/enrolments/acknowledge.ts'
import { Enrolment } from '../../../src/enrolments/enrolment.ts'
import { globalId, readGlobalId } from '../../../src/graph/contract/global-id.ts'
import { lockPayment } from '../../../src/payments/paying.ts'
import { probePermissions } from '../../../src/payments/probe-permissions.ts'
import { reconcile } from '../../../src/payments/reconciliation/reconcile.ts'
import { settleOutside } from '../../../src/payments/settle-outside.ts'
import { inTransaction } from '../../../src/store/transaction.ts'
import { answerOf, awarded, qualificationId } from '../world/awarded.ts'
import { enrol, inDays, linked, newKey, newRun, pay, registered, requestRefund } from '../world/study.ts'
import type { World } from '../world/world.ts'
import { personas } from './audiences.ts'
import type { Samples } from './permission-deeds.ts'

const { owner } = personas

/** Ids by type: a payment that waits for its buyer after a refused card; a course that was passed, shared, and applied with. */
export async function makeSamples(world: World): Promise<Samples> {
  await linked(world, owner.slice('learner:'.length))
  await linked(world, 'other-learner')
  const record = await awarded(world, owner)
  const { enrolmentId, courseId, runId, eventId } = await studies(world)
  const money = await moneyBack(world)
  const payment = await refusedCard(world)
  await reconciled(world)
  const northmoor = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  const { id: share, code } = await shared(world, record)
  const application = await applied(world, northmoor, record)
  const rest = await found(world, northmoor)
  return {
    ...rest,
    ...money,
    Qualification: northmoor,
    CreditRecord: record,
    CreditShare: share,
    code,
    TransferApplication: application,
    Enrolment: enrolmentId,
    Course: courseId,
    CourseRun: runId,
    RefundRun: await refundedRun(world, runId),
    LiveEvent: eventId,
    Payment: payment,
    ProviderObject: await moneyNotHere(world),
  }
}

/** Money at a provider that is in no book here. */
async function moneyNotHere(world: World): Promise<string> {
  const id = randomUUID()
  await world.app.orm.em.fork().execute(
    `insert into provider_object (id, provider, reference, payment_id, capture_reference, captured_minor, refunded_minor,
       currency, captured_at, buyer_email)
     values (?, 'STRIPE', 'cs_sample', ?, 'pi_sample', 100, 0, 'GBP', now(), 'buyer@example.org')`,
    [id, id],
  )
  return globalId('ProviderObject', id)
}

/** An enrolment that was registered, with progress and a result, on a run with a live event. */
async function studies(world: World) {
  const event = { title: 'Seminar', start_time: inDays(20), duration_minutes: 60 }
  const run = await newRun(world, { live_events: [event] })
  const { enrolmentId } = await registered(world, owner, run.id, { termsVersion: 'trial' })
  const { enrolments } = await world.partnerLedger()
  const passed = { status: 'passed', grade: '64', identity_verified: true, awarded_on: inDays(-1).slice(0, 10) }
  await world.control('partner', `program_enrolments/${enrolments.at(-1)?.uuid}/result`, passed)
  await world.settle()
  await acknowledged(world, enrolmentId)
  const document = 'query ($id: ID!) { node(id: $id) { ... on CourseRun { course { id } liveEvents { id } } } }'
  const node = (await answerOf(world, owner, document, { id: run.id })) as {
    course: { id: string }
    liveEvents: { id: string }[]
  }
  return { enrolmentId, runId: run.id, courseId: node.course.id, eventId: node.liveEvents[0]?.id as string }
}

/** As if its learner had declared something, with a mail that was sent. */
async function acknowledged(world: World, enrolmentId: string): Promise<void> {
  await inTransaction(world.app.orm.em, async (tx) => {
    const enrolment = await tx.findOneOrFail(Enrolment, readGlobalId(enrolmentId)?.uuid as string)
    const declared = { kind: 'WITHDRAWAL_WITHOUT_REFUND', payment: null, backMinor: 0, at: world.now() } as const
    await acknowledge(tx, enrolment, declared)
    await tx.execute(`update outgoing_message set sent_at = now() where kind = 'WITHDRAWAL_WITHOUT_REFUND'`)
  })
}

/** Of a run of which nothing goes back, for its result is known. */
async function refundedRun(world: World, courseRunId: string): Promise<string> {
  const document = 'mutation ($input: RefundRunInput!) { refundRun(input: $input) { refundRun { id } } }'
  const shown = { expected: { enrolments: 0, sums: [] }, evenIfNotCancelled: true }
  const input = { courseRunId, reason: 'a sample', ...shown, idempotencyKey: newKey() }
  const { refundRun } = (await answerOf(world, 'operator', document, { input })) as unknown as {
    refundRun: { id: string }
  }
  await world.settle()
  return refundRun.id
}

/** A refund and a dispute of one payment. */
async function moneyBack(world: World) {
  const { enrolmentId, paymentId } = await registered(world, owner, (await newRun(world)).id)
  await requestRefund(world, 'operator', enrolmentId, { amountMinor: 100, reason: 'A courtesy.' })
  await world.settle()
  const refundId = await settledOutside(world, paymentId)
  const rows = await world.app.orm.em
    .getConnection()
    .execute(
      'select capture_reference from payment where redirect_url is not null and status = ? order by id desc limit 1',
      ['SUCCEEDED'],
    )
  await disputed(world, rows[0]?.capture_reference)
  const document = 'query ($id: ID!) { node(id: $id) { ... on Payment { disputes { id } receipts { id } } } }'
  const { disputes, receipts } = (await answerOf(world, owner, document, { id: paymentId })) as Record<
    string,
    { id: string }[]
  >
  return {
    Refund: globalId('Refund', refundId),
    Dispute: disputes?.[0]?.id as string,
    Receipt: receipts?.[1]?.id as string,
  }
}

/** With what a provider had said of it before. */
async function settledOutside(world: World, paymentId: string): Promise<string> {
  const context = world.app.systemContext('test')
  return inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, readGlobalId(paymentId)?.uuid as string)
    const { id } = await settleOutside(tx, context, payment, {
      amountMinor: 100,
      keepRegistration: true,
      method: 'bank transfer',
      reference: 'BACS 1',
      settledOn: inDays(0).slice(0, 10),
      reason: 'a sample',
      wish: null,
      actor: 'user:op',
      now: world.now(),
    })
    await tx.execute(`update refund set provider_message = 'No.', reference = 're_sample' where id = ?`, [id])
    return id
  })
}

async function disputed(world: World, intent: string): Promise<void> {
  const { status, body } = await world.control('stripe', `charges/${intent}/dispute`, { outcome: 'open' })
  if (status >= 300) throw new Error(`the sandbox answered ${status}: ${JSON.stringify(body)}`)
  await world.settle()
}

/** A payment that still waits for its buyer, whose first card was refused. */
async function refusedCard(world: World): Promise<string> {
  const { payment } = await enrol(world, owner, (await newRun(world)).id)
  await pay(world, payment.action.redirectUrl, '4000000000000002')
  await world.settle()
  // Stands for what a provider says of a payment that it took.
  await world.app.orm.em
    .fork()
    .execute(
      "update payment set fee_minor = 1, net_minor = 2, settlement_currency = 'GBP', fraud_warning_at = now() where captured_at is null",
    )
  return payment.id
}

/** A report of money that came while webhooks did not. */
async function reconciled(world: World): Promise<void> {
  const { payment } = await enrol(world, owner, (await newRun(world)).id)
  await world.control('stripe', 'webhooks', { mode: 'drop' })
  await pay(world, payment.action.redirectUrl)
  await reconcile(world.app.systemContext('samples'), { apply: false })
  await world.control('stripe', 'permissions', { missing: ['payouts'] })
  await probePermissions(world.app.systemContext('samples'))
  await world.control('stripe', 'permissions', { missing: [] })
  await world.control('stripe', 'webhooks', { mode: 'hold' })
  // Stands for a provider that holds the money.
  await world.app.orm.em
    .fork()
    .execute("update payment set status = 'PROCESSING', pending_reason = 'OTHER', pending_since = now() where id = ?", [
      readGlobalId(payment.id)?.uuid,
    ])
}

async function shared(world: World, record: string) {
  const document = 'mutation ($i: ShareCreditInput!) { shareCredit(input: $i) { creditShare { id code } } }'
  const i = { creditRecordIds: [record], expiresAt: inDays(9), idempotencyKey: newKey() }
  const { creditShare } = (await answerOf(world, owner, document, { i })) as {
    creditShare: { id: string; code: string }
  }
  await answerOf(world, 'registrar', 'query ($code: String!) { creditShare(code: $code) { id } }', creditShare)
  return creditShare
}

async function applied(world: World, qualification: string, record: string): Promise<string> {
  const document = 'mutation ($i: ApplyForTransferInput!) { applyForTransfer(input: $i) { application { id } } }'
  const i = { qualificationId: qualification, creditRecordIds: [record], idempotencyKey: newKey() }
  const { application } = (await answerOf(world, owner, document, { i })) as { application: { id: string } }
  return application.id
}

/** What is there from the seed, and what the owner and operators can name. */
async function found(world: World, northmoor: string) {
  const policy =
    'query ($id: ID!) { node(id: $id) { ... on Qualification { institution { id } transferPolicy { id } } } }'
  const { institution, transferPolicy } = (await answerOf(world, null, policy, { id: northmoor })) as Record<
    string,
    { id: string }
  >
  const { learner } = (await answerOf(world, owner, '{ viewer { learner { id } } }')) as Record<string, { id: string }>
  const { operator } = (await answerOf(
    world,
    'operator',
    '{ viewer { operator { reconciliations(first: 1) { nodes { id } } cases(first: 1) { nodes { id } } } } }',
  )) as { operator: Record<'reconciliations' | 'cases', { nodes: { id: string }[] }> }
  const waiting = operator.cases.nodes[0]?.id as string
  const noted = 'mutation ($i: AcknowledgeCaseInput!) { acknowledgeCase(input: $i) { case { id } } }'
  await answerOf(world, 'operator', noted, { i: { caseId: waiting, note: 'For the matrix.' } })
  return {
    Case: waiting,
    Institution: institution?.id as string,
    TransferPolicy: transferPolicy?.id as string,
    Learner: learner?.id as string,
    Reconciliation: operator.reconciliations.nodes[0]?.id as string,
  }
}

/** `A > b > ... on C`, down to where the fields are asked. */
export function documentAt(samples: Samples, at: string, selection: string): string {
  const [first = '', ...steps] = at.split(' > ')
  const sample = samples[first]
  const path = sample ? [`node(id: "${sample}")`, `... on ${first}`, ...steps] : [first, ...steps]
  const inner = path.reduceRight((inside, step) => `${step} { ${inside} }`, selection)
  return `{ ${inner} }`.replaceAll(/\$(\w+)/g, (_all, name: string) => samples[name] ?? name)
}
