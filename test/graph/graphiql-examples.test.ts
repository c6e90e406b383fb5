/** Tests that each of GraphiQL's example operations does what its tab says. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type OperationDefinitionNode, parse, validate } from 'graphql'
import { exampleOperations } from '../../src/http/graphiql/page/example-operations.ts'
import { buildGraph } from '../../src/schema.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

let keys = 0
const examples = exampleOperations({
  origin: 'https://app.example',
  now: new Date(),
  newKey: () => `example-${keys++}`,
}).map(({ query, variables }) => {
  const document = parse(query)
  const names = document.definitions.map((one) => (one as OperationDefinitionNode).name?.value as string)
  return { query, variables, document, names }
})

/** The example's variables with what its angle brackets ask for. */
function filled(variables: object, ids: Record<string, string>): object {
  return JSON.parse(JSON.stringify(variables).replace(/<([^>]*)>/g, (whole, words) => ids[words] ?? whole))
}

/** Runs one operation of the tab; answers its first field, and throws what went wrong. */
async function run(tab: string, persona: string | null, operationName = tab, ids: Record<string, string> = {}) {
  const example = examples.find(({ names }) => names[0] === tab)
  if (!example?.names.includes(operationName)) throw new Error(`${tab} has no ${operationName}`)
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(persona && { authorization: `Bearer ${await world.tokenOf(persona)}` }),
    },
    body: JSON.stringify({ query: example.query, operationName, variables: filled(example.variables, ids) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  const { data, errors } = (await response.json()) as any
  expect(errors).toBeUndefined()
  const answer = Object.values(data)[0] as never
  expect((answer as { userErrors?: object[] }).userErrors ?? []).toEqual([])
  return answer
}

interface Run {
  id: string
  openForEnrolment: boolean
  placesRemaining: number | null
  price: { formatted: string }
}

/** Another for each tab: nobody enrols twice. Those that begin together come in any order, and PayPal takes no dinars. */
async function openRun(tab: string): Promise<string> {
  const { nodes } = (await run(tab, 'ada', 'OpenRuns')) as { nodes: { nextRun: Run }[] }
  const open = nodes
    .map(({ nextRun }) => nextRun)
    .filter((one) => one.openForEnrolment && one.placesRemaining !== 0 && !one.price.formatted.includes('KWD'))
  return open[tab === 'EnrolByCard' ? 0 : 1]!.id
}

interface Enrolled {
  enrolment: { id: string }
  payment: { id: string; action: { redirectUrl: string } }
}

const firstCredit = async (tab: string): Promise<string> => {
  const { learner } = (await run(tab, 'ada', 'MyCredit')) as never as {
    learner: { creditRecords: { nodes: { id: string }[] } }
  }
  return learner.creditRecords.nodes[0]!.id
}
const qualification = async (tab: string): Promise<string> =>
  ((await run(tab, null, 'FindQualification')) as { id: string }).id

describe('every example', () => {
  it.each(examples)('$names.0 fits the schema', ({ document }) => {
    expect(validate(buildGraph(), document)).toEqual([])
  })
})

describe('the examples, in their order', () => {
  it('BrowseCourses finds courses', async () => {
    expect(await run('BrowseCourses', null)).toMatchObject({ totalCount: 1, nodes: [{ credit: { amount: '15' } }] })
  })

  it('EnrolByCard leads to a page where one pays, and RequestRefund takes it back', async () => {
    const runId = await openRun('EnrolByCard')
    const made = (await run('EnrolByCard', 'ada', 'EnrolByCard', { 'id of a run': runId })) as Enrolled
    const session = new URL(made.payment.action.redirectUrl).pathname.split('/').at(-1)
    await world.control('stripe', `checkout/${session}`, { card: '4242424242424242' })
    const ids = { 'id of the payment': made.payment.id, 'id of the enrolment': made.enrolment.id }
    const paid = await run('EnrolByCard', 'ada', 'CompletePayment', ids)
    expect(paid).toMatchObject({ payment: { status: 'SUCCEEDED' } })
    await world.settle()
    expect(JSON.stringify(await run('RequestRefund', 'ada', 'MyEnrolments'))).toContain('"refundable":true')
    expect(await run('RequestRefund', 'ada', 'RequestRefund', ids)).toMatchObject({ refund: { id: expect.anything() } })
  })

  it('EnrolByPayPal leads to PayPal', async () => {
    const ids = { 'id of a run': await openRun('EnrolByPayPal') }
    const made = (await run('EnrolByPayPal', 'ada', 'EnrolByPayPal', ids)) as Enrolled
    const order = new URL(made.payment.action.redirectUrl).searchParams.get('token')
    await world.control('paypal', `orders/${order}/approve`)
    const paid = await run('EnrolByPayPal', 'ada', 'CompletePayment', { 'id of the payment': made.payment.id })
    expect(paid).toMatchObject({ payment: { status: 'SUCCEEDED', method: 'PAYPAL' } })
  })

  it('ShareCredit gives a code that the institution opens', async () => {
    const ids = { 'id of a credit record': await firstCredit('ShareCredit') }
    const { creditShare } = (await run('ShareCredit', 'ada', 'ShareCredit', ids)) as never as {
      creditShare: { code: string }
    }
    const opened = await run('ShareCredit', 'registrar', 'OpenShare', { 'code of the share': creditShare.code })
    expect(opened).toMatchObject({ learnerName: 'Ada Lovelace', creditRecords: [{ id: expect.anything() }] })
  })

  it('CheckEligibility and CheckBatch answer', async () => {
    const ids = {
      'id of the qualification': await qualification('CheckEligibility'),
      'id of a credit record': await firstCredit('CheckEligibility'),
    }
    expect(await run('CheckEligibility', 'ada', 'CheckEligibility', ids)).toMatchObject({ remaining: '60' })
    expect(await run('CheckBatch', null, 'CheckBatch', ids)).toEqual([
      expect.objectContaining({ clientRef: 'question 1', outcome: expect.any(String) }),
    ])
  })

  it('ApplyForTransfer hands in what DecideApplication answers', async () => {
    const ids = {
      'id of the qualification': await qualification('ApplyForTransfer'),
      'id of a credit record': await firstCredit('ApplyForTransfer'),
    }
    await run('ApplyForTransfer', 'ada', 'ApplyForTransfer', ids)
    const { staff } = (await run('DecideApplication', 'registrar-2', 'ApplicationsToDecide')) as never as {
      staff: { transferApplications: { nodes: { id: string }[] } }
    }
    const toDecide = { 'id of the application': staff.transferApplications.nodes[0]!.id }
    expect(await run('DecideApplication', 'registrar-2', 'DecideApplication', toDecide)).toMatchObject({
      application: { decidedAt: expect.any(String) },
    })
  })
})
