/** Tests that each sandbox explains its addresses and control calls. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { LocalClock } from '../../src/sandbox/clock/local-clock.ts'
import { NOT_DESCRIBED } from '../../src/sandbox/front-page.ts'
import { startIdentitySandbox } from '../../src/sandbox/identity/identity-sandbox.ts'
import { startMailSandbox } from '../../src/sandbox/mail/mail-sandbox.ts'
import { startPartnerSandbox } from '../../src/sandbox/partner/partner-sandbox.ts'
import { startPaypalSandbox } from '../../src/sandbox/paypal/start-paypal.ts'
import { startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { keptCertificates } from '../support/world/kept-keys.ts'

const started: Record<string, { url: string; close(): Promise<unknown> }> = {}
beforeAll(async () => {
  const at = { host: '127.0.0.1', port: 0, clock: new LocalClock() }
  started.stripe = await startStripeSandbox({ ...at, secretKey: 'sk', webhookSecret: 'whsec' })
  const client = { clientId: 'client', clientSecret: 'secret', webhookId: 'WH-1' }
  started.paypal = await startPaypalSandbox({ ...at, ...client, certificates: await keptCertificates })
  const secrets = { consumerKey: 'consumer', sharedSecret: 'shared', webhookSecret: 'webhook' }
  started.partner = await startPartnerSandbox({ ...at, ...secrets })
  started.mail = await startMailSandbox({ ...at, smtpPort: 0 })
  started.identity = await startIdentitySandbox({ ...at, audience: 'urn:any', clientSecret: 'secret' })
})
afterAll(() => Promise.all(Object.values(started).map((one) => one.close())))

const own: [string, string[]][] = [
  ['stripe', ['POST /_sandbox/checkout/:id', 'POST /_sandbox/charges/:id/dispute', 'DELETE /_sandbox/faults']],
  ['paypal', ['POST /_sandbox/captures/:id/pending', 'GET /_sandbox/ledger', 'POST /_sandbox/refusals']],
  ['partner', ['POST /_sandbox/program_runs', 'POST /_sandbox/emails', 'POST /_sandbox/webhooks']],
  ['mail', ['POST /_sandbox/mode', 'DELETE /_sandbox/messages']],
  ['identity', ['POST /_sandbox/token', 'GET /_sandbox/personas']],
]

describe.each(own)('the front page of %s', (name, calls) => {
  const page = async () => {
    const answer = await fetch(started[name]?.url as string)
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
  }

  it('explains every control call, the clock among them, with an example of each', async () => {
    const { status, type, text } = await page()
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).not.toContain(NOT_DESCRIBED)
    for (const call of [...calls, 'POST /_sandbox/clock']) expect(text).toContain(`<code>${call}</code>`)
    for (const section of text.split('<section>').slice(1)) expect(section).toContain('curl -s')
  })

  it('is of no script', async () => {
    expect((await page()).text).not.toContain('<script')
  })
})
