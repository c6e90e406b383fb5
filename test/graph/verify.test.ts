/** Tests that verify tells anyone what holds of a signed document. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let credential: string
beforeAll(async () => {
  world = await startWorld()
  const { data } = await world.ask('ada', '{ viewer { learner { creditRecords { nodes { credential } } } } }')
  credential = data.viewer.learner.creditRecords.nodes[0].credential
})
afterAll(() => world?.close())

const verify = async (token: string) =>
  (await world.ask(null, 'query ($t: JWT!) { verify(token: $t) { kind valid checks { name status } } }', { t: token }))
    .data.verify
const statusOf = (answer: { checks: { name: string; status: string }[] }, name: string) =>
  answer.checks.find((one) => one.name === name)?.status

it('a credential that stands passes every check', async () => {
  expect(await verify(credential)).toEqual({
    kind: 'CREDENTIAL',
    valid: true,
    checks: ['SIGNATURE', 'ISSUER', 'VALIDITY', 'STATUS'].map((name) => ({ name, status: 'PASS' })),
  })
})

it('a statement of an answer passes every check', async () => {
  const ids = await world.ask(
    'ada',
    '{ qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id } course(slug: "evidence-based-coaching") { id } }',
  )
  const input = { qualificationId: ids.data.qualification.id, courseIds: [ids.data.course.id] }
  const { data } = await world.ask(
    null,
    'query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { statement } }',
    { i: input },
  )
  expect(await verify(data.transferEligibility.statement)).toMatchObject({ kind: 'TRANSFER_STATEMENT', valid: true })
})

it('one altered letter fails the signature, and nothing else of it is believed', async () => {
  const [head, body, signature] = credential.split('.') as [string, string, string]
  const payload = JSON.parse(Buffer.from(body, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...payload, name: 'Doctor of Everything' })).toString('base64url')
  expect(await verify(`${head}.${forged}.${signature}`)).toEqual({
    kind: 'UNKNOWN',
    valid: false,
    checks: [{ name: 'SIGNATURE', status: 'FAIL' }],
  })
})

it('a credential of a record that is gone is of unknown status, which is not valid', async () => {
  const orphan = await world.app.signer.sign(
    {
      iss: world.app.settings.publicUrl,
      type: ['VerifiableCredential'],
      validFrom: '2026-01-01T00:00:00Z',
      id: `${world.app.settings.publicUrl}/credentials/00000000-0000-7000-8000-000000000000`,
    },
    'vc+jwt',
  )
  const answer = await verify(orphan)
  expect(answer.valid).toBe(false)
  expect(statusOf(answer, 'STATUS')).toBe('UNKNOWN')
})
