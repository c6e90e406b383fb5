/** Tests that the partner's webhooks verify and that forgeries do not. */
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Partner, partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'
import { type PartnerSandbox, startPartnerSandbox } from '../../src/sandbox/partner/partner-sandbox.ts'
import { WebhookRefused } from '../../src/values/webhook-refused.ts'
import { type Inbox, openInbox, post } from './sandbox-inbox.ts'

const secrets = { consumerKey: 'consumer', sharedSecret: 'shared', webhookSecret: 'webhook' }
let sandbox: PartnerSandbox
let inbox: Inbox
let partner: Partner

beforeEach(async () => {
  inbox = await openInbox()
  sandbox = await startPartnerSandbox({ ...secrets, host: '127.0.0.1', port: 0, webhookUrl: inbox.url })
  partner = partnerAdapter({
    ...secrets,
    webhookSecrets: ['former', secrets.webhookSecret],
    baseUrl: `${sandbox.url}/partners`,
    now: () => new Date(),
    onCall: () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  })
})
afterEach(async () => {
  await sandbox.close()
  await inbox.close()
})

describe('a webhook of the partner’s', () => {
  const signed = (body: string, secret = secrets.webhookSecret) => ({
    'x-fl-signature': createHmac('sha256', secret).update(body).digest('base64'),
  })
  const thin = (href: string) => JSON.stringify({ uuid: 'u-1', href })

  it('holds as the sandbox sends it, and says where to look', async () => {
    const { json } = await post(`${sandbox.url}/_sandbox/program_runs`, { program_code: 'evidence-for-policy' })
    const runUuid = json.uuid as string
    const [first] = await inbox.until((arrived) => arrived.some(({ body }) => body.includes(runUuid)))
    const { body, headers } = first as { body: string; headers: Record<string, string> }
    const href = `${sandbox.url}/partners/program_runs/${runUuid}`
    expect(partner.verifyNotice(Buffer.from(body), headers)).toMatchObject({ uuid: runUuid, href })
  })

  it('holds without a type, which not every partner sends', () => {
    const body = thin(`${sandbox.url}/partners/program_runs/u-1`)
    expect(partner.verifyNotice(Buffer.from(body), signed(body))).toMatchObject({ uuid: 'u-1', type: null })
  })

  it('holds for each of the secrets while one is being replaced', () => {
    const body = thin(`${sandbox.url}/partners/program_runs/u-1`)
    for (const secret of ['former', secrets.webhookSecret]) {
      expect(partner.verifyNotice(Buffer.from(body), signed(body, secret))).toMatchObject({ uuid: 'u-1' })
    }
  })

  it.each<[string, (body: string) => [string, Record<string, string | string[]>]]>([
    ['with another body', (body) => [body.replace('u-1', 'u-2'), signed(body)]],
    ['with another secret', (body) => [body, signed(body, 'other')]],
    ['without a signature', (body) => [body, {}]],
    ['with two signatures', (body) => [body, { 'x-fl-signature': Object.values(signed(body)).concat('x') }]],
    ['with half of one', (body) => [body, { 'x-fl-signature': signed(body)['x-fl-signature'].slice(0, 20) }]],
    ['that is no JSON', () => ['hello', signed('hello')]],
    ['without a uuid', () => ['{"href":"http://127.0.0.1/"}', signed('{"href":"http://127.0.0.1/"}')]],
  ])('%s is refused', (_what, forge) => {
    const [body, headers] = forge(thin(`${sandbox.url}/partners/program_runs/u-1`))
    expect(() => partner.verifyNotice(Buffer.from(body), headers)).toThrow(WebhookRefused)
  })

  it.each([
    'http://169.254.169.254/partners/x',
    '/partners-else/x',
    '/partners/../_sandbox/ledger',
    '/partners/%2e%2e/x',
  ])('that points to %s leads nowhere', (where) => {
    const body = thin(where.startsWith('http') ? where : sandbox.url + where)
    expect(partner.verifyNotice(Buffer.from(body), signed(body))).toEqual({ uuid: 'u-1', href: null, type: null })
  })
})
