/** Tests that learners hear by mail what became of their money. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { sendMessageJob, sendWaitingMessagesJob } from '../../src/messages/send-message.ts'
import { type MailSandbox, startMailSandbox } from '../../src/sandbox/mail/mail-sandbox.ts'
import { type Replica, startReplica } from '../support/world/replica.ts'
import { back, completePayment, linked, newKey, newRun, pay, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

interface Received {
  messageId: string
  from: string
  to: string
  subject: string
  text: string
  language: string | null
}

let world: World
let mail: MailSandbox
/** The gateway that has a mail server; the world's own has none. */
let sender: Replica
let sql: pg.Client
let run: { id: string }
beforeAll(async () => {
  world = await startWorld()
  mail = await startMailSandbox({ host: '127.0.0.1', port: 0, smtpPort: 0 })
  const from = 'Microcredentials <no-reply@microcredentials.example>'
  sender = await startReplica(world, { MAIL_URL: mail.smtpUrl, MAIL_FROM: from })
  sql = new pg.Client({ connectionString: world.databaseUrl })
  await sql.connect()
  run = await newRun(world)
})
afterAll(async () => {
  await sql?.end()
  await sender?.close()
  await mail?.close()
  await world?.close()
})
beforeEach(async () => {
  await answers('take')
  await fetch(`${mail.url}/_sandbox/messages`, { method: 'DELETE' })
})

async function answers(mode: string): Promise<void> {
  const json = { 'content-type': 'application/json' }
  await fetch(`${mail.url}/_sandbox/mode`, { method: 'POST', headers: json, body: JSON.stringify({ mode }) })
}

async function received(): Promise<Received[]> {
  const answer = await fetch(`${mail.url}/_sandbox/messages`)
  return ((await answer.json()) as { messages: Received[] }).messages
}

/** The outbox's rows of a learner, the oldest first. */
async function written(name: string) {
  const { rows } = await sql.query(
    `select kind, language, message_id, attempts, sent_at, refusal from outgoing_message
     where to_address like $1 order by created_at, kind`,
    [`${name}@%`],
  )
  return rows as { kind: string; language: string; message_id: string; attempts: number; sent_at: Date | null }[]
}

/** Has the gateway with the mail server run each waiting job once, whatever it waits for. */
async function sendOnce(): Promise<void> {
  await sendWaitingMessagesJob.run(sender.app.systemContext('test'), {}, { number: 1 })
  await sender.app.worker.runDue()
  await sql.query(`update graphile_worker._private_jobs set run_at = now() where locked_at is null`)
  await sender.app.worker.runDue()
}

/** Enrolled in that language, paid, registered. */
async function paidIn(name: string, acceptLanguage: string): Promise<string> {
  const persona = await linked(world, name)
  const answer = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await world.tokenOf(persona)}`,
      'accept-language': acceptLanguage,
    },
    body: JSON.stringify({
      query: `mutation ($input: EnrolInput!) { enrol(input: $input) {
        enrolment { id } payment { id action { redirectUrl } } userErrors { code } } }`,
      variables: {
        input: {
          courseRunId: run.id,
          paymentMethod: 'CARD',
          returnUrl: back,
          termsAccepted: true,
          idempotencyKey: newKey(),
        },
      },
    }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  const { enrolment, payment } = ((await answer.json()) as any).data.enrol
  await pay(world, payment.action.redirectUrl)
  await completePayment(world, persona, payment.id)
  await world.settle()
  return enrolment.id
}

describe('a learner', () => {
  it('is written to of payment and refund, in the language that was asked for at enrol', async () => {
    const enrolmentId = await paidIn('nia', 'cy-GB,cy;q=0.9,en;q=0.5')
    expect(await written('nia')).toMatchObject([{ kind: 'PAYMENT_RECEIVED', language: 'cy', sent_at: null }])
    await sendOnce()
    const [confirmation] = await received()
    expect(confirmation).toMatchObject({ from: 'no-reply@microcredentials.example', language: 'cy' })
    expect(confirmation?.to).toMatch(/^nia@/)
    expect(confirmation?.subject).toMatch(/^Rydym wedi derbyn eich taliad am /)
    expect(confirmation?.text).toContain('GBP 495.00')

    await requestRefund(world, 'learner:nia', enrolmentId)
    await world.settle()
    await sendOnce()
    // Those that wait at the same time are sent side by side.
    expect((await received()).map(({ subject }) => subject).toSorted()).toEqual([
      expect.stringMatching(/^Eich ad-daliad am /),
      expect.stringMatching(/^Rydym wedi derbyn eich hysbysiad tynnu’n ôl o /),
      confirmation?.subject,
    ])
    expect(await written('nia')).toMatchObject([
      { kind: 'PAYMENT_RECEIVED', attempts: 1, sent_at: expect.any(Date) },
      { kind: 'WITHDRAWAL_WITH_REFUND', attempts: 1, sent_at: expect.any(Date) },
      { kind: 'REFUND_SUCCEEDED', attempts: 1, sent_at: expect.any(Date) },
    ])
    // A job that was done and is done again, as after a kill.
    const messageId = confirmation?.messageId.slice(1).split('@')[0]
    await sendMessageJob.run(sender.app.systemContext('test'), { messageId }, { number: 2 })
    await sendOnce()
    expect(await received()).toHaveLength(3)
  })

  it('hears in English when nothing else is asked for, also that a refund came back', async () => {
    const enrolmentId = await paidIn('bea', '')
    await requestRefund(world, 'learner:bea', enrolmentId)
    await world.settle()
    const { rows } = await sql.query('select reference from refund order by requested_at desc limit 1')
    await world.control('stripe', `refunds/${rows[0].reference}/settle`, { outcome: 'failed' })
    await world.settle()
    await sendOnce()
    expect((await written('bea')).map(({ kind }) => kind).sort()).toEqual([
      'PAYMENT_RECEIVED',
      'REFUND_FAILED',
      'REFUND_SUCCEEDED',
      'WITHDRAWAL_WITH_REFUND',
    ])
    const subjects = (await received()).filter(({ to }) => to.startsWith('bea@')).map(({ subject }) => subject)
    expect(subjects).toContainEqual(expect.stringMatching(/did not go through$/))
  })
})

describe('a message', () => {
  it('whose answer was lost is sent again under the same Message-ID', async () => {
    await paidIn('ceri', 'en')
    await answers('lose_answer')
    await sendOnce()
    await answers('take')
    await sendOnce()
    const ids = (await received()).map(({ messageId }) => messageId)
    expect(ids.length).toBeGreaterThanOrEqual(2)
    const [row] = await written('ceri')
    expect(new Set(ids)).toEqual(new Set([row?.message_id]))
    expect(row).toMatchObject({ sent_at: expect.any(Date) })
  })

  it('that is put off waits and is seen to wait, and is sent once later', async () => {
    await paidIn('dewi', 'en')
    await answers('put_off')
    await sendOnce()
    world.pass(10)
    const metrics = await (await fetch(`${world.url}/metrics`)).text()
    const [, seconds] = /^gateway_messages_oldest_unsent_seconds (\S+)$/m.exec(metrics) ?? []
    expect(Number(seconds)).toBeGreaterThanOrEqual(600)
    expect(await written('dewi')).toMatchObject([{ sent_at: null, refusal: null }])
    await answers('take')
    await sendOnce()
    expect(await received()).toHaveLength(1)
    expect(await written('dewi')).toMatchObject([{ sent_at: expect.any(Date) }])
  })

  it('to an address that is refused is given up with the reason, and never sent again', async () => {
    await paidIn('elin', 'en')
    await answers('refuse')
    await sendOnce()
    expect(await written('elin')).toMatchObject([
      { sent_at: null, refusal: expect.stringContaining('no such address') },
    ])
    await answers('take')
    await sendOnce()
    expect(await received()).toEqual([])
  })

  it('is shown on the page of the mail sandbox, as it is worded', async () => {
    await paidIn('ffion', 'cy')
    await sendOnce()
    const page = await (await fetch(`${mail.url}/inbox`)).text()
    expect(page).toContain('Rydym wedi derbyn eich taliad am')
    expect(page).toMatch(/To ffion@/)
  })
})
