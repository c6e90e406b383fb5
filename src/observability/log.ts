/** The log: one JSON object a line, without anybody's address, token or secret. */
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger }

/** Whatever path it came by: an error's text, an outsider's answer, a field that nobody thought of. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+/g, '[email]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(Bearer|Basic) +[\w.~+/=-]{4,}/gi, '$1 [token]'],
  [/\b(sk|rk|pk)_(test|live)_\w+|\bwhsec_\w+/g, '[secret]'],
  [/(\/\/[^/\s:@"]+:)[^@\s/"]+@/g, '$1[secret]@'],
]

function withoutSecrets(line: string): string {
  let clean = line
  for (const [pattern, mark] of secrets) clean = clean.replace(pattern, mark)
  return clean
}

/** PostgreSQL's errors carry rows and parameters; of any error only what helps to find the fault is kept. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code } = error as { code?: unknown }
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: errorFields(error.cause) }),
  }
}

const namesOfSecrets = [
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'password',
  'secret',
  'email',
  'clientSecret',
]

/** Opens the log on standard output, or on `to`. `level` is pino's: fatal, error, warn, info, debug or silent. */
export function openLog(level: string, to: DestinationStream = destination({ fd: 1, sync: false })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      serializers: { err: errorFields },
      redact: { paths: namesOfSecrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      hooks: { streamWrite: withoutSecrets },
    },
    to,
  )
}
