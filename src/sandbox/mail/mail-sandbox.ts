/** Starts a mail server that keeps what it is sent, and shows it. */
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { z } from 'zod'
import { registerClockControl } from '../clock/clock-control.ts'
import type { LocalClock } from '../clock/local-clock.ts'
import { createProviderServer } from '../provider-server.ts'
import { StateFile } from '../state-file.ts'
import { mailFrontPage } from './front-page.ts'
import { type KeptMail, serveInbox } from './inbox-page.ts'

/** How mail is answered: taken, refused for good, put off, or taken without an answer. */
export const mailModes = ['take', 'refuse', 'put_off', 'lose_answer'] as const
export type MailMode = (typeof mailModes)[number]

export interface MailSandboxOptions {
  host: string
  /** Of the page; 0 takes a free one. */
  port: number
  /** Of the mail server; 0 takes a free one. */
  smtpPort: number
  stateFile?: string
  clock?: LocalClock
}

export interface MailSandbox {
  url: string
  /** What MAIL_URL is set to. */
  smtpUrl: string
  close(): Promise<void>
}

/** Older ones are forgotten. */
const MOST_MESSAGES = 500
const MOST_BYTES = 1_000_000

/** Rejects when a port is taken or the state file is not JSON. */
export async function startMailSandbox(options: MailSandboxOptions): Promise<MailSandbox> {
  const file = await StateFile.open<{ messages: KeptMail[] }>(options.stateFile, () => ({ messages: [] }))
  const now = options.clock?.now ?? (() => new Date())
  let mode: MailMode = 'take'
  const keep = async (raw: Buffer) => {
    const mail = await PostalMime.parse(raw)
    const received = {
      messageId: mail.messageId ?? '',
      from: mail.from?.address ?? '',
      to: (mail.to ?? []).map(({ address }) => address ?? '').join(', '),
      subject: mail.subject ?? '',
      text: (mail.text ?? '').trimEnd(),
      language: mail.headers.find(({ key }) => key === 'content-language')?.value ?? null,
      receivedAt: now().toISOString(),
    }
    file.state.messages = [...file.state.messages, received].slice(-MOST_MESSAGES)
    file.changed()
    await file.saved()
  }
  const smtp = openSmtp(() => mode, keep)
  const app = createProviderServer(mailFrontPage)
  serveInbox(app, () => file.state.messages)
  app.get('/_sandbox/messages', async () => ({ mode, messages: file.state.messages }))
  app.delete('/_sandbox/messages', async (_call, reply) => {
    file.state.messages = []
    file.changed()
    await file.saved()
    return reply.code(204).send()
  })
  const request = z.strictObject({ mode: z.enum(mailModes) })
  app.post('/_sandbox/mode', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    mode = asked.data.mode
    return { mode }
  })
  if (options.clock) registerClockControl(app, options.clock)
  await app.listen({ host: options.host, port: options.port })
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject)
    smtp.listen(options.smtpPort, options.host, () => resolve())
  })
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port
  return {
    url: `http://${options.host}:${portOf(app.server)}`,
    smtpUrl: `smtp://${options.host}:${portOf(smtp.server)}`,
    async close() {
      await Promise.all([app.close(), new Promise<void>((resolve) => smtp.close(() => resolve()))])
      await file.saved()
    },
  }
}

function openSmtp(mode: () => MailMode, keep: (raw: Buffer) => Promise<void>): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MOST_BYTES,
    closeTimeout: 100,
    onRcptTo(_address, _session, done) {
      if (mode() === 'refuse') return done(answer(550, 'There is no such address here.'))
      if (mode() === 'put_off') return done(answer(451, 'Try again later.'))
      done()
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        keep(Buffer.concat(parts)).then(
          () => (mode() === 'lose_answer' ? hangUp(server, session.id) : done()),
          (problem: Error) => done(problem),
        )
      })
    },
  })
  // Of a client that goes away: it is the client's to try again.
  server.on('error', () => undefined)
  return server
}

const answer = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

/** The mail is there, and its sender never hears so. */
function hangUp(server: SMTPServer, sessionId: string): void {
  for (const connection of server.connections) if (connection.session.id === sessionId) connection.close()
}
