/** Runs all sandboxes in one process, beside `npm start` or alone. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LocalClock } from './clock/local-clock.ts'
import { untilTakenOver } from './clock/taken-over.ts'
import { openToContainerNetwork } from './container-door.ts'
import { clockFile, paypalCaFile, signingKeysFile } from './gateway-environment.ts'
import { startIdentitySandbox } from './identity/identity-sandbox.ts'
import { type LocalSettings, readLocalSettings, type SandboxName, sandboxParts } from './local-settings.ts'
import { startMailSandbox } from './mail/mail-sandbox.ts'
import { startPartnerSandbox } from './partner/partner-sandbox.ts'
import { startPaypalSandbox } from './paypal/start-paypal.ts'
import { untilPortsAreFree } from './ports.ts'
import { sandboxSecrets } from './sandbox-secrets.ts'
import { ensureSigningKeys } from './signing-keys.ts'
import { StartRefusal } from './start-refusal.ts'
import { startStripeSandbox } from './stripe/start-stripe.ts'

type Closing = { close(): Promise<unknown> }

const open: Closing[] = []
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort())

/** What a sandbox and the gateway must agree on: the environment's word, else the local world's own. */
const secret = (name: keyof typeof sandboxSecrets) => process.env[name] || sandboxSecrets[name]

const place = (name: SandboxName, { localFolder, gateway }: LocalSettings, port: number, clock: LocalClock) => ({
  host: '127.0.0.1',
  port,
  clock,
  webhookUrl: `${gateway.localUrl}/webhooks/${name}`,
  stateFile: join(localFolder, `${name}.json`),
})

const starters: Record<SandboxName, (settings: LocalSettings, port: number, clock: LocalClock) => Promise<Closing>> = {
  partner: (settings, port, clock) =>
    startPartnerSandbox({
      ...place('partner', settings, port, clock),
      consumerKey: secret('PARTNER_CONSUMER_KEY'),
      sharedSecret: secret('PARTNER_SHARED_SECRET'),
      webhookSecret: secret('PARTNER_WEBHOOK_SECRET'),
    }),
  stripe: (settings, port, clock) =>
    startStripeSandbox({
      ...place('stripe', settings, port, clock),
      secretKey: secret('STRIPE_SECRET_KEY'),
      webhookSecret: secret('STRIPE_WEBHOOK_SECRET'),
    }),
  paypal: async (settings, port, clock) => {
    const sandbox = await startPaypalSandbox({
      ...place('paypal', settings, port, clock),
      clientId: secret('PAYPAL_CLIENT_ID'),
      clientSecret: secret('PAYPAL_CLIENT_SECRET'),
      webhookId: secret('PAYPAL_WEBHOOK_ID'),
    })
    await writeFile(paypalCaFile(settings.localFolder), sandbox.caPem)
    return sandbox
  },
  mail: (settings, port, clock) => {
    const { webhookUrl: _, ...placed } = place('mail', settings, port, clock)
    return startMailSandbox({ ...placed, smtpPort: settings.smtpPort ?? 0 })
  },
  identity: (settings, port, clock) => {
    const { webhookUrl: _, ...placed } = place('identity', settings, port, clock)
    const audience = secret('OIDC_AUDIENCE')
    return startIdentitySandbox({ ...placed, audience, clientSecret: secret('IDENTITY_CLIENT_SECRET') })
  },
}

async function startSandboxes(settings: LocalSettings): Promise<void> {
  const titles: string[] = sandboxParts.map(({ title }) => title)
  const own = [...titles, 'the mail server']
  await untilPortsAreFree(
    settings.ports.filter(({ part }) => own.includes(part)),
    0,
    stopping.signal,
  )
  await mkdir(settings.localFolder, { recursive: true })
  await ensureSigningKeys(signingKeysFile(settings.localFolder))
  const file = clockFile(settings.localFolder)
  const clock = new LocalClock({ file, takenOver: (ahead) => untilTakenOver(file, settings.gateway.localUrl, ahead) })
  for (const { name } of sandboxParts) {
    const port = settings.sandboxes[name]
    const start = starters[name]
    if (port === undefined) continue
    open.push(await start(settings, port, clock))
    if (process.env.SANDBOXES_IN_CONTAINER) open.push(await openToContainerNetwork(port))
    console.log(`${name}: http://127.0.0.1:${port}`)
  }
}

try {
  await startSandboxes(readLocalSettings(process.env))
  process.send?.('ready')
  if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve))
} catch (problem) {
  console.error(problem instanceof StartRefusal ? problem.message : problem)
  process.exitCode = 1
} finally {
  await Promise.all(open.map((sandbox) => sandbox.close()))
  if (process.connected) process.disconnect()
}
