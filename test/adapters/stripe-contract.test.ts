/** Tests that the Stripe sandbox's answers compile as the SDK's types. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { StripeAnswers } from './stripe-answers.ts'
import { openStripe, options, type StripeCaller } from './stripe-sandbox-caller.ts'

type Answered = [kind: keyof StripeAnswers, answer: Record<string, unknown>]

let stripe: StripeCaller
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stripe-contract-'))
  stripe = await openStripe()
})
afterAll(async () => {
  await stripe?.sandbox.close()
  await rm(folder, { recursive: true, force: true })
})

/** What stands in the answer, before the SDK has read it. */
async function get(path: string, expected = 200): Promise<Record<string, unknown>> {
  const answer = await fetch(`${stripe.sandbox.url}/v1/${path}`, {
    headers: { authorization: `Bearer ${options.secretKey}` },
  })
  expect([path, answer.status]).toEqual([path, expected])
  return (await answer.json()) as Record<string, unknown>
}

/** What the compiler says about answers as values of their types: a line for each that it does not take. */
async function problemsOf(answers: readonly Answered[]): Promise<string[]> {
  const types = JSON.stringify(resolve(import.meta.dirname, 'stripe-answers.ts'))
  const lines = answers.map(
    ([kind, answer], n) => `export const _${n}: StripeAnswers['${kind}'] = ${JSON.stringify(answer)}`,
  )
  const head = `import type { StripeAnswers } from ${types}`
  await writeFile(join(folder, 'answers.ts'), [head, ...lines].join('\n'))
  const settings = {
    extends: resolve('tsconfig.json'),
    compilerOptions: { types: [], rewriteRelativeImportExtensions: false },
    include: [],
    files: ['answers.ts'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = ['node_modules/typescript/bin/tsc', '-p', folder, '--pretty', 'false']
  const { stdout } = await promisify(execFile)(process.execPath, compiler).catch((failed) => failed)
  return stdout
    .split('\n')
    .filter((line: string) => /\berror TS/.test(line))
    .map((line: string) => {
      const [, row, problem] = /^.*answers\.ts\((\d+),\d+\): error (.*)$/.exec(line) ?? [null, null, line]
      return row === null ? problem : `${answers[Number(row) - 2]?.[0]}: ${problem}`
    })
}

/** A purchase that was paid, partly refunded and disputed, one that was declined, one that waits for its buyer, and refusals. */
async function allAnswers(): Promise<Answered[]> {
  const { session, intent, charge } = await stripe.paid('visa')
  const secure = await stripe.paid('3ds')
  const declined = await stripe.open()
  await stripe.pay(declined.id, { card: 'declined' })
  const refund = await stripe.stripe.refunds.create({ payment_intent: intent.id, amount: 100 })
  const { json: dispute } = await stripe.control(`charges/${charge.id}/dispute`)
  await stripe.control(`charges/${charge.id}/fraud_warning`)
  const waiting = await stripe.open()
  await stripe.pay(waiting.id, { card: '3ds', authentication: 'leave' })
  const unpaid = await get(`checkout/sessions/${declined.id}?expand[]=payment_intent.latest_charge`)
  const { data: events } = (await get('events?limit=100')) as { data: Record<string, unknown>[] }
  return [
    ['session', await get(`checkout/sessions/${session.id}`)],
    ['session', await get(`checkout/sessions/${session.id}?expand[]=payment_intent.latest_charge&expand[]=line_items`)],
    ['session', await get(`checkout/sessions/${waiting.id}?expand[]=payment_intent`)],
    ['session', unpaid],
    ['sessions', await get('checkout/sessions')],
    ['lineItems', await get(`checkout/sessions/${session.id}/line_items`)],
    ['intent', await get(`payment_intents/${intent.id}`)],
    ['intents', await get(`payment_intents/search?query=${encodeURIComponent("metadata['payment_id']:'p-1'")}`)],
    ['charge', await get(`charges/${charge.id}?expand[]=refunds`)],
    ['charge', await get(`charges/${secure.charge.id}`)],
    ['refund', await get(`refunds/${refund.id}`)],
    ['dispute', await get(`disputes/${dispute.id}?expand[]=charge`)],
    ...events.map((event): Answered => ['event', event]),
    ['refusal', await get('refunds/re_none', 404)],
    ['refusal', await get('refunds?limit=x', 400)],
  ]
}

describe('what the sandbox answers', () => {
  let answers: Answered[]
  beforeAll(async () => {
    answers = await allAnswers()
  })

  it('is of the types of the SDK, property by property', async () => {
    expect(new Set(answers.map(([kind]) => kind)).size).toBe(10)
    expect(await problemsOf(answers)).toEqual([])
  }, 60_000)

  it('is checked by a check that can fail', async () => {
    const first = (wanted: string) => answers.find(([kind]) => kind === wanted)?.[1]
    const wrong: Answered[] = answers
      .filter(([kind]) => kind !== 'refusal')
      .map(([kind, { object, ...rest }]) => [kind, rest])
    wrong.push(
      ['session', { ...first('session'), status: 'finished' }],
      ['session', { ...first('session'), amount_total: '12500' }],
      ['session', { ...first('session'), colour: 'red' }],
      ['event', { ...first('event'), data: { object: first('lineItems') } }],
      ['refusal', { error: { type: 'unheard_of' } }],
    )
    expect((await problemsOf(wrong)).map((problem) => problem.split(':')[0])).toEqual(wrong.map(([kind]) => kind))
  }, 60_000)
})
