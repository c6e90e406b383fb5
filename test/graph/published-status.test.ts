/** Tests that credit's published status follows the money that it rests on. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { linked, newRun, registered } from '../support/world/study.ts'
import { bitsOf, type Signed } from '../support/world/verifier.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
let leadership: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'stella')
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
})
afterAll(() => world?.close())

async function credentialOf(id: string): Promise<string | null> {
  const document = 'query ($id: ID!) { node(id: $id) { ... on CreditRecord { credential } } }'
  return ((await answerOf(world, persona, document, { id })) as { credential: string | null }).credential
}

async function statementAbout(record: string): Promise<string> {
  const document = 'query ($input: TransferEligibilityInput!) { transferEligibility(input: $input) { statement } }'
  const input = { qualificationId: leadership, creditRecordIds: [record] }
  return ((await answerOf(world, persona, document, { input })) as { statement: string }).statement
}

/** Whether it is valid, and each check by its name. */
async function verify(token: string): Promise<Record<string, unknown>> {
  const document = 'query ($t: JWT!) { verify(token: $t) { kind valid checks { name status } } }'
  const { kind, valid, checks }: Signed = await answerOf(world, null, document, { t: token })
  return { kind, valid, ...Object.fromEntries(checks.map(({ name, status }: Signed) => [name, status])) }
}

/** Credit that was paid for: its record, and how to dispute the payment. */
async function paidCredit() {
  const run = await newRun(world, {})
  const { paymentId } = await registered(world, persona, run.id)
  const { enrolments } = await world.partnerLedger()
  const passed = { status: 'passed', grade: '64.5', identity_verified: null, awarded_on: null }
  await world.control('partner', `program_enrolments/${enrolments.at(-1)?.uuid}/result`, passed)
  await world.settle()
  const document = 'query ($id: ID!) { node(id: $id) { ... on Payment { enrolment { creditRecord { id } } } } }'
  const { enrolment }: Signed = await answerOf(world, persona, document, { id: paymentId })
  const newest = 'select capture_reference as reference from payment order by id desc limit 1'
  const [payment] = await world.app.orm.em.fork().execute<{ reference: string }[]>(newest)
  return {
    record: enrolment.creditRecord.id as string,
    async dispute(outcome: string): Promise<void> {
      await world.control('stripe', `charges/${payment!.reference}/dispute`, { outcome })
      await world.settle()
    },
  }
}

describe('credit whose payment is disputed', () => {
  it.each([
    ['won', { revocation: 0, suspension: 0 }, 'PASS'],
    ['lost', { revocation: 1, suspension: 0 }, 'FAIL'],
  ])('is suspended until the dispute is %s', async (end, bits, status) => {
    const { record, dispute } = await paidCredit()
    const credential = (await credentialOf(record))!
    const statement = await statementAbout(record)
    expect(await bitsOf(credential, world.url)).toEqual({ revocation: 0, suspension: 0 })
    await dispute('open')
    expect(await bitsOf(credential, world.url)).toEqual({ revocation: 0, suspension: 1 })
    expect(await credentialOf(record)).toBeNull()
    expect(await verify(credential)).toMatchObject({
      kind: 'CREDENTIAL',
      valid: false,
      SIGNATURE: 'PASS',
      STATUS: 'FAIL',
    })
    expect(await verify(statement)).toMatchObject({ kind: 'TRANSFER_STATEMENT', valid: false, STATUS: 'FAIL' })
    await dispute(end)
    expect(await bitsOf(credential, world.url)).toEqual(bits)
    for (const token of [credential, statement]) {
      expect(await verify(token)).toMatchObject({ valid: status === 'PASS', STATUS: status })
    }
  })
})

it('a status that cannot be looked up is unknown, and nothing is valid by it', async () => {
  const record = await awarded(world, persona)
  const tokens = [(await credentialOf(record))!, await statementAbout(record)]
  const em = world.app.orm.em.fork()
  await em.execute('alter table credit_record rename to credit_record_away')
  try {
    for (const token of tokens) expect(await verify(token)).toMatchObject({ valid: false, STATUS: 'UNKNOWN' })
    const { status, headers } = await fetch(`${world.url}/credentials/status/revocation/0`)
    expect(status).toBe(500)
    expect(headers.get('cache-control') ?? '').not.toContain('public')
  } finally {
    await em.execute('alter table credit_record_away rename to credit_record')
  }
  for (const token of tokens) expect(await verify(token)).toMatchObject({ valid: true, STATUS: 'PASS' })
})

it('a list is checked like everything that is signed, and is no evidence after a day', async () => {
  const list = await (await fetch(`${world.url}/credentials/status/revocation/0`)).text()
  expect(await verify(list)).toMatchObject({ kind: 'STATUS_LIST', valid: true })
  world.pass(25 * 60)
  const late = await verify(list)
  world.pass(-25 * 60)
  expect(late).toMatchObject({ valid: false, SIGNATURE: 'PASS', VALIDITY: 'FAIL' })
})

it('something else that was signed here is told by its signature and issuer alone', async () => {
  const token = await world.app.signer.sign({ iss: 'http://127.0.0.1:4000', hello: 'world' }, 'JWT')
  expect(await verify(token)).toEqual({ kind: 'UNKNOWN', valid: false, SIGNATURE: 'PASS', ISSUER: 'PASS' })
})
