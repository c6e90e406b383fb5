/** Sends mail by SMTP. */
import { createTransport } from 'nodemailer'
import type { Mail, MailSender } from '../../messages/mail-sender.ts'
import { FailureKind, Upstream, UpstreamFailure } from '../../values/upstream-failure.ts'

export interface SmtpOptions {
  /** Such as smtp://user:password@host:587 or smtps://…:465. */
  url: string
  /** Who it is from, e.g. Microcredentials <no-reply@example.org>. */
  from: string
}

const CONNECTS_WITHIN_MS = 10_000
const ANSWERS_WITHIN_MS = 20_000

/** Passwords and mails go in the open to this machine alone. */
const isThisMachine = (host: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)

export function smtpMail({ url, from }: SmtpOptions): MailSender {
  const transport = createTransport({
    url,
    requireTLS: !isThisMachine(new URL(url).hostname),
    connectionTimeout: CONNECTS_WITHIN_MS,
    greetingTimeout: CONNECTS_WITHIN_MS,
    socketTimeout: ANSWERS_WITHIN_MS,
    // No file and no address is ever read for a mail, whatever a text holds.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ language, ...mail }: Mail) {
      try {
        // RFC 3834: so that nobody's holiday answers it.
        await transport.sendMail({
          ...mail,
          from,
          headers: { 'Content-Language': language, 'Auto-Submitted': 'auto-generated' },
        })
      } catch (error) {
        throw failureOf(error as SmtpError)
      }
    },
    close: () => transport.close(),
  }
}

interface SmtpError extends Error {
  code?: string
  responseCode?: number
  command?: string
}

/** Of a recipient or a mail that is refused with 5xx nothing will come; without an answer to the mail it may be there. */
function failureOf(error: SmtpError): UpstreamFailure {
  const { code = 'smtp', responseCode, message } = error
  const aboutThisMail = code === 'EENVELOPE' || code === 'EMESSAGE'
  const refused = aboutThisMail && (responseCode === undefined || responseCode >= 500)
  const kind = refused
    ? FailureKind.Refused
    : responseCode === undefined
      ? FailureKind.Unknown
      : FailureKind.Unavailable
  return new UpstreamFailure(kind, Upstream.Mail, code, message, { cause: error })
}
