/** The log: one JSON object a line, without anybody's address, token or secret. */
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger }

interface Secret {
  /** Texts without which the pattern cannot match: looking for them is much quicker. */
  hints: readonly string[]
  pattern: RegExp
  mark: string
}

/** Whatever path it came by: an error's text, an outsider's answer, a field that nobody thought of. */
const secrets: readonly Secret[] = [
  { hints: ['@'], pattern: /(\/\/[^/\s:@"]+:)[^@\s/"]+@/g, mark: '$1[secret]@' },
  { hints: ['@'], pattern: /[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+/g, mark: '[email]' },
  { hints: ['eyJ'], pattern: /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, mark: '[token]' },
  { hints: ['earer', 'EARER', 'asic', 'ASIC'], pattern: /\b(Bearer|Basic) +[\w.~+/=-]{4,}/gi, mark: '$1 [token]' },
  { hints: ['_test_', '_live_', 'whsec_'], pattern: /\b(sk|rk|pk)_(test|live)_\w+|\bwhsec_\w+/g, mark: '[secret]' },
  {
    hints: ['uthorization"', 'ookie"', 'oken"', 'assword"', 'ecret"', 'mail"'],
    pattern: /"(authorization|cookie|token|accessToken|password|secret|clientSecret|email)":"(?:[^"\\]|\\.)*"/gi,
    mark: '"$1":"[redacted]"',
  },
]

function withoutSecrets(line: string): string {
  let clean = line
  for (const { hints, pattern, mark } of secrets) {
    if (hints.some((hint) => clean.includes(hint))) clean = clean.replace(pattern, mark)
  }
  return clean
}

let lastMs = 0
let lastTime = ''

/** The instant as pino wants it; written once for all lines of a millisecond. */
function time(): string {
  const nowMs = Date.now()
  if (nowMs !== lastMs) {
    lastMs = nowMs
    lastTime = `,"time":"${new Date(nowMs).toISOString()}"`
  }
  return lastTime
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

/**
 * Lines are written together, some hundred at once and none later than `periodicFlush`, in ms: a write for each costs more
 * than its request. Sizes are in bytes. Collected as bytes, for text is measured from its beginning again at each line.
 */
const buffered = {
  ...{ fd: 1, sync: false, minLength: 32 * 1024, maxWrite: 64 * 1024, periodicFlush: 100 },
  contentMode: 'buffer' as const,
}

function standardOutput(): DestinationStream {
  // its types know text only
  const output = destination(buffered) as unknown as { write(bytes: Buffer): boolean }
  return { write: (line) => void output.write(Buffer.from(line)) }
}

/** Opens the log on standard output, or on `to`. `level` is pino's: fatal, error, warn, info, debug or silent. */
export function openLog(level: string, to: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: time,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      serializers: { err: errorFields },
      hooks: { streamWrite: withoutSecrets },
    },
    to,
  )
}
