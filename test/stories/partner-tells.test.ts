/** Tests that the partner's results and progress arrive by webhook or poll. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { PartnerEvent } from '../../src/partner-inbox/partner-event.ts'
import { partnerJobs } from '../../src/partner-inbox/partner-jobs.ts'
import { sandboxSecrets } from '../../src/sandbox/sandbox-secrets.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { atPartner, enrolmentOf, inDays, linked, newRun, registered, way } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const passed = { status: 'passed', grade: '68.5', identity_verified: true, awarded_on: '2026-11-20' }

async function study(name: string) {
  const persona = await linked(world, name)
  const { enrolmentId } = await registered(world, persona, (await newRun(world)).id)
  const [uuid] = (await atPartner(world, name)).active
  return { persona, enrolmentId, at: `program_enrolments/${uuid}` }
}

/** A pass of what else runs by the clock. */
async function poll() {
  await inTransaction(world.app.orm.em, (tx) => partnerJobs.syncRegistrations.add(tx, {}))
  await world.settle()
}

it('a learner who had studied at the partner before finds it here, with the credit', async () => {
  const { data } = await world.ask(
    'ada',
    `{ viewer { learner { partnerAccount { status } enrolments(first: 10) {
         nodes { status payment { id } run { course { slug } } creditRecord { status } history { to cause } } } } } }`,
  )
  const { partnerAccount, enrolments } = data.viewer.learner
  expect(partnerAccount.status).toBe('LINKED')
  const bySlug = Object.fromEntries(
    enrolments.nodes.map((one: { run: { course: { slug: string } } }) => [one.run.course.slug, one]),
  )
  expect(bySlug['leading-organisational-change']).toMatchObject({
    status: 'COMPLETED',
    payment: null,
    creditRecord: { status: 'AWARDED' },
    history: [{ to: 'REGISTERED', cause: 'REGISTERED_AT_PARTNER' }, { to: 'COMPLETED' }],
  })
  expect(bySlug['responsible-ai-in-practice']).toMatchObject({ status: 'REGISTERED', creditRecord: null })
})

describe('a result', () => {
  const completed = {
    status: 'COMPLETED',
    result: { outcome: 'PASSED', grade: '68.5', awardedOn: '2026-11-20', identityVerified: true },
    creditRecord: { status: 'AWARDED' },
  }

  it('that is told by webhook completes the enrolment once, and earns the credit', async () => {
    const { persona, enrolmentId, at } = await study('resi')
    await world.control('partner', 'webhooks', { mode: 'duplicate' })
    await world.control('partner', `${at}/result`, passed)
    await world.settle()
    await world.control('partner', 'webhooks', { mode: 'hold' })
    await poll()
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject(completed)
    expect((await way(world, persona, enrolmentId)).slice(-2)).toEqual(['REGISTERED', 'COMPLETED'])
  })

  it('whose webhook is lost is found by asking', async () => {
    const { persona, enrolmentId, at } = await study('rolf')
    await world.control('partner', 'webhooks', { mode: 'drop' })
    await world.control('partner', `${at}/result`, passed)
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    await poll()
    await world.control('partner', 'webhooks', { mode: 'hold' })
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject(completed)
  })

  it('of a failed assessment completes the enrolment without credit', async () => {
    const { persona, enrolmentId, at } = await study('fred')
    await world.control('partner', `${at}/result`, { ...passed, status: 'failed', grade: '31' })
    await world.settle()
    expect(await enrolmentOf(world, persona, enrolmentId)).toMatchObject({
      status: 'COMPLETED',
      result: { outcome: 'FAILED', grade: '31' },
      creditRecord: null,
    })
  })
})

describe('progress', () => {
  const progress = async (persona: string, id: string) =>
    world.ask(
      persona,
      'query ($id: ID!) { node(id: $id) { ... on Enrolment { progress { stepsCompletedRatio stepsCompleted freshness { source stale } } } } }',
      { id },
    )

  it('is what the partner says now, though no webhook has come', async () => {
    const { persona, enrolmentId, at } = await study('pina')
    await world.control('partner', `${at}/progress`, { steps_completed_ratio: 0.25 })
    const { data } = await progress(persona, enrolmentId)
    expect(data.node.progress).toMatchObject({
      stepsCompletedRatio: '0.25',
      freshness: { source: 'partner', stale: false },
    })
    expect(data.node.progress.stepsCompleted).toBeGreaterThan(0)
  })

  it('is the last that is known, marked stale, while the partner is silent', async () => {
    const { persona, enrolmentId, at } = await study('pola')
    await world.control('partner', `${at}/progress`, { steps_completed_ratio: 0.5 })
    await world.settle()
    await world.control('partner', 'faults', { operation: 'program_enrolments.list', fault: 'http_503', times: 100 })
    const { data } = await progress(persona, enrolmentId)
    await world.clearFaults('partner')
    expect(data.node.progress).toMatchObject({ stepsCompletedRatio: '0.5', freshness: { stale: true } })
  })

  it('of a whole page of enrolments is asked for at once', async () => {
    const persona = await linked(world, 'paco')
    for (let made = 0; made < 3; made += 1) await registered(world, persona, (await newRun(world)).id)
    await world.control('partner', 'faults', { operation: 'program_enrolments.list', fault: 'http_503', times: 100 })
    const document = '{ viewer { learner { enrolments { nodes { progress { freshness { stale } } } } } } }'
    const { data } = await world.ask(persona, document)
    // Three tries of one call, whatever the number of rows.
    const left = await world.clearFaults('partner')
    expect(data.viewer.learner.enrolments.nodes).toHaveLength(3)
    expect(left).toBeGreaterThanOrEqual(97)
  })
})

it('only those who are on the run are told where a live event is', async () => {
  const persona = await linked(world, 'livia')
  const event = { title: 'Meet the tutors', start_time: inDays(30), duration_minutes: 60 }
  const run = await newRun(world, { live_events: [event] })
  const seenBy = async (who: string | null) => {
    const document =
      'query ($id: ID!) { node(id: $id) { ... on CourseRun { viewerEnrolment { status } liveEvents { joinUrl } } } }'
    return (await world.ask(who, document, { id: run.id })).data.node
  }
  const outside = { viewerEnrolment: null, liveEvents: [{ joinUrl: null }] }
  expect(await seenBy(null)).toEqual(outside)
  expect(await seenBy(persona)).toEqual(outside)
  await registered(world, persona, run.id)
  expect(await seenBy(persona)).toEqual({
    viewerEnrolment: { status: 'REGISTERED' },
    liveEvents: [{ joinUrl: expect.stringContaining('/live/') }],
  })
  expect(await seenBy('ada')).toEqual(outside)
})

describe("the partner's inbox", () => {
  const events = () => world.app.orm.em.fork().count(PartnerEvent)
  const send = async (body: string, signature: string | null, type = 'application/json') => {
    const headers = { 'content-type': type, ...(signature !== null && { 'x-fl-signature': signature }) }
    return (await fetch(`${world.url}/webhooks/partner`, { method: 'POST', headers, body })).status
  }
  const signed = (body: string) =>
    createHmac('sha256', sandboxSecrets.PARTNER_WEBHOOK_SECRET).update(body).digest('base64')
  const body = JSON.stringify({ uuid: 'u', href: 'https://elsewhere.example/program_runs/u' })

  it.each<[string, () => Promise<number>]>([
    ['without a signature', () => send(body, null)],
    ['with a forged one', () => send(body, createHmac('sha256', 'guess').update(body).digest('base64'))],
    ['with one of another body', () => send(body, signed(`${body} `))],
    ['that is no JSON', () => send('{', signed('{'))],
    ['without a uuid', () => send('{}', signed('{}'))],
    ['of another content type', () => send(body, signed(body), 'text/plain')],
    ['that is too large', () => send(' '.repeat(600_000), signed(' '.repeat(600_000)))],
  ])('takes nothing %s', async (_, attempt) => {
    const before = await events()
    const status = await attempt()
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(await events()).toBe(before)
  })
})
