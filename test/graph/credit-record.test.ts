/** Tests that a pass becomes a signed credential whose status follows its payment. */
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { answerOf } from '../support/world/awarded.ts'
import { inDays, linked, newRun, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

interface Status {
  statusPurpose: string
  statusListIndex: string
  statusListCredential: string
}

/** The bit that the published list has for the credential; the list's own signature is checked, too. */
async function bitOf({ statusListCredential, statusListIndex, statusPurpose }: Status): Promise<number> {
  const answer = await fetch(`${world.url}${new URL(statusListCredential).pathname}`)
  expect(answer.headers.get('content-type')).toContain('application/vc+jwt')
  const list = (await world.app.signer.verify(await answer.text())) as {
    credentialSubject: { encodedList: string; statusPurpose: string }
  }
  expect(list.credentialSubject.statusPurpose).toBe(statusPurpose)
  const bits = gunzipSync(Buffer.from(list.credentialSubject.encodedList.slice(1), 'base64url'))
  const index = Number(statusListIndex)
  return ((bits[index >> 3] as number) >> (7 - (index & 7))) & 1
}

it('is a transcript and a signed credential; a refund takes both away and sets the published bit', async () => {
  const persona = await linked(world, 'carla')
  const run = await newRun(world, {})
  const { enrolmentId } = await registered(world, persona, run.id)
  const { enrolments } = await world.partnerLedger()
  const passed = { status: 'passed', grade: '64.5', identity_verified: true, awarded_on: inDays(-1).slice(0, 10) }
  await world.control('partner', `program_enrolments/${enrolments.at(-1)?.uuid}/result`, passed)
  await world.settle()
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { creditRecord { id status grade credential holderName
    credit { amount scheme } transcript { ects eqfLevel credit { amount } } history { to } } } } }`
  const recordNow = async () =>
    ((await answerOf(world, persona, document, { id: enrolmentId })) as { creditRecord: Record<string, never> })
      .creditRecord
  const record = await recordNow()
  expect(record).toMatchObject({
    status: 'AWARDED',
    grade: '64.5',
    holderName: 'Carla Learner',
    credit: { amount: '15', scheme: 'CATS' },
    transcript: { ects: '7.5', eqfLevel: 7, credit: { amount: '15' } },
  })
  const credential = (await world.app.signer.verify(String(record.credential))) as { credentialStatus: Status[] }
  expect(credential).toMatchObject({ type: ['VerifiableCredential', 'OpenBadgeCredential'] })
  expect(await Promise.all(credential.credentialStatus.map(bitOf))).toEqual([0, 0])
  const { userErrors } = await requestRefund(world, persona, enrolmentId)
  expect(userErrors).toEqual([])
  await world.settle()
  expect(await recordNow()).toMatchObject({ status: 'REVOKED', credential: null })
  expect(await Promise.all(credential.credentialStatus.map(bitOf))).toEqual([1, 0])
})

it('there is no list of another purpose or number', async () => {
  for (const path of ['other/0', 'revocation/1', 'revocation/x', 'constructor/0'])
    expect((await fetch(`${world.url}/credentials/status/${path}`)).status).toBe(404)
})
