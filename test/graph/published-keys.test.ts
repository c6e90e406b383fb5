/** Tests that credentials and statements verify by published keys, also after rotation. */
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { pino } from 'pino'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { startGateway } from '../../src/gateway.ts'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { linked } from '../support/world/study.ts'
import { type Signed, verified } from '../support/world/verifier.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
let record: string
let credential: string
let statement: string
let transcript: { learningOutcomes: string[]; totalStudyHours: number }
const asked = 'query ($input: TransferEligibilityInput!) { transferEligibility(input: $input) { statement } }'
const publicUrl = 'http://127.0.0.1:4000'

beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'vera')
  record = await awarded(world, persona)
  const document = `query ($id: ID!) { node(id: $id) { ... on CreditRecord {
    credential transcript { learningOutcomes totalStudyHours } } } }`
  const { data } = await world.ask(persona, document, { id: record })
  credential = data.node.credential
  transcript = data.node.transcript
  const qualification = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  statement = await stated({ qualificationId: qualification, creditRecordIds: [record] })
})
afterAll(() => world?.close())

async function stated(input: object): Promise<string> {
  return ((await answerOf(world, persona, asked, { input })) as { statement: string }).statement
}

describe('a credential', () => {
  it('is an Open Badge in the JWT form of Verifiable Credentials 2.0, whose registered claims say what it says', async () => {
    const { payload, typ } = await verified(credential, world.url)
    expect(typ).toBe('vc+jwt')
    const { iss, sub, jti, nbf, exp, vc, id, issuer, validFrom, credentialSubject } = payload
    expect([exp, vc]).toEqual([undefined, undefined])
    expect([iss, sub, jti, nbf]).toEqual([issuer.id, credentialSubject.id, id, Date.parse(validFrom) / 1000])
    expect(payload['@context']).toEqual([
      'https://www.w3.org/ns/credentials/v2',
      'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
    ])
    expect(payload.type).toEqual(['VerifiableCredential', 'OpenBadgeCredential'])
  })

  it('names its key by an address where the key is, as Open Badges asks', async () => {
    const { kid } = decodeProtectedHeader(credential)
    const published = (await (await fetch(`${world.url}/.well-known/jwks.json`)).json()) as { keys: object[] }
    const answer = await fetch(`${world.url}${new URL(kid!).pathname}`)
    expect(answer.headers.get('content-type')).toContain('application/jwk+json')
    expect([await answer.json()]).toEqual(published.keys)
    expect(published.keys.map((key) => 'd' in key)).toEqual([false])
    expect((await fetch(`${world.url}/.well-known/keys/another`)).status).toBe(404)
  })

  it('states the credit with its scheme and level, the grade, the hours and the outcomes', async () => {
    const { payload } = await verified(credential, world.url)
    const { achievement, result, creditsEarned, source, identifier }: Signed = payload.credentialSubject
    expect(identifier).toMatchObject([{ identityType: 'name', identityHash: 'Vera Learner', hashed: false }])
    expect([creditsEarned, achievement.creditsAvailable]).toEqual([15, 15])
    expect([achievement.achievementType, achievement.fieldOfStudy]).toEqual([
      'MicroCredential',
      'Business and Management',
    ])
    expect([source.name, achievement.creator]).toEqual(['The Open University', source])
    expect(achievement.alignment).toMatchObject([
      { targetName: 'FHEQ level 7', targetCode: '7', targetType: 'ext:FHEQ' },
      { targetName: 'EQF level 7', targetCode: '7', targetType: 'ext:EQF' },
    ])
    const typeOf = new Map(achievement.resultDescription.map(({ id, resultType }: Signed) => [id, resultType]))
    expect(result.map(({ resultDescription, value }: Signed) => [typeOf.get(resultDescription), value])).toEqual([
      ['ext:CATS', '15'],
      ['ext:ECTS', '7.5'],
      ['Percent', '71'],
      ['ext:StudyHours', String(transcript.totalStudyHours)],
      ['ext:IdentityVerification', 'verified'],
    ])
    expect(achievement.description).toBe(`${transcript.learningOutcomes.join('. ')}.`)
  })

  it('with another grade does not verify', async () => {
    const [head, body, signature] = credential.split('.') as [string, string, string]
    const altered = Buffer.from(body, 'base64url').toString().replace('"71"', '"99"')
    const forged = `${head}.${Buffer.from(altered).toString('base64url')}.${signature}`
    expect(forged).not.toBe(credential)
    await expect(verified(forged, world.url)).rejects.toThrow('signature verification failed')
  })
})

describe('a statement', () => {
  it('says what was answered about what, with the source of every claim, and nothing about the learner', async () => {
    const { payload, typ } = await verified(statement, world.url)
    expect(typ).toBe('transfer-statement+jwt')
    expect(payload).toMatchObject({
      outcome: 'ELIGIBLE',
      transferable: '15',
      asOf: expect.any(String),
      validUntil: expect.any(String),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      qualification: expect.any(String),
      policy: { id: expect.any(String), version: 2 },
    })
    expect(payload.sub).toBe(payload.digest)
    expect(payload.claims).toEqual([
      { ref: record, source: 'CREDIT_RECORD', amount: '15', status: 'ACCEPTED', counted: '15' },
    ])
    expect(JSON.stringify(payload)).not.toMatch(/vera/i)
  })

  it('of forty claims is no longer than what can be handed in to be checked', async () => {
    const external = { awardingBody: 'somewhere', scheme: 'CATS', level: 7, framework: 'FHEQ', awardedOn: '2026-01-31' }
    const externalCredits = Array.from({ length: 40 }, (_, n) => ({
      ...external,
      ref: `piece number ${n} of what was studied elsewhere`,
      title: 'Leading change',
      amount: '15',
      subject: 'Business and Management',
    }))
    const qualification = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
    const token = await stated({ qualificationId: qualification, externalCredits })
    const document = 'query ($t: JWT!) { verify(token: $t) { kind valid } }'
    expect(await answerOf(world, null, document, { t: token })).toEqual({ kind: 'TRANSFER_STATEMENT', valid: true })
  })
})

it('after a rotation the new key signs, and what the old one signed still verifies', async () => {
  const file = world.environment.SIGNING_KEYS_FILE!
  const { keys } = JSON.parse(await readFile(file, 'utf8'))
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const retired = keys.map(({ d: _, ...key }: Signed) => key)
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid: 'second' }, ...retired] }))
  const config = readConfig(world.environment)
  const rotated = await startGateway(await openApp(config, { log: pino({ level: 'silent' }) }), config, {
    jobsByHand: true,
  })
  try {
    await rotated.prepared
    for (const token of [credential, statement]) {
      expect((await verified(token, rotated.url)).payload.iss).toBe(publicUrl)
      const query = `{ verify(token: "${token}") { valid } }`
      const answer = await fetch(`${rotated.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      expect(await answer.json()).toMatchObject({ data: { verify: { valid: true } } })
    }
    const list = await (await fetch(`${rotated.url}/credentials/status/suspension/0`)).text()
    expect((await verified(list, rotated.url)).kid).toBe(`${publicUrl}/.well-known/keys/second`)
    await expect(verified(list, world.url)).rejects.toThrow('no applicable key found')
  } finally {
    await rotated.close()
  }
})
