/** Writes the log as JSON lines without addresses, tokens or secrets. */
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { outageLinesOnce } from './outage-lines.ts'

export type { Logger }

/** Whatever path it came by: an error's text, an upstream's answer, a field that nobody thought of. */
const secrets: readonly (readonly [pattern: RegExp, mark: string])[] = [
  [/(\/\/[^/\s:@"]+:)[^@\s/"]+@/g, '$1[secret]@'],
  [/[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+/g, '[email]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(Bearer|Basic) +[\w.~+/=-]{4,}/gi, '$1 [token]'],
  [/\b(sk|rk|pk)_(test|live)_\w+|\bwhsec_\w+/g, '[secret]'],
  [
    /"(authorization|cookie|token|accessToken|password|secret|clientSecret|email)":"(?:[^"\\]|\\.)*"/gi,
    '"$1":"[redacted]"',
  ],
]

/** Without any of these none of the patterns matches: nearly every line is looked through once instead of six times. */
const anySecret = /@|eyJ|earer|EARER|asic|ASIC|_test_|_live_|whsec_|(?:uthorization|ookie|oken|assword|ecret|mail)"/

function withoutSecrets(line: string): string {
  if (!anySecret.test(line)) return line
  return secrets.reduce((clean, [pattern, mark]) => clean.replace(pattern, mark), line)
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

interface DatabaseError extends Error {
  /** SQLSTATE. */
  code: string
  constraint?: string
  table?: string
  column?: string
  detail?: string
}

/** Of PostgreSQL, whoever has wrapped it: MikroORM copies all that it says. */
function isDatabaseError(error: Error): error is DatabaseError {
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && typeof severity === 'string'
}

/** Classes of SQLSTATE in which PostgreSQL speaks of itself and of the connection, and of nobody's row. */
const ofTheServer = /^(08|53|57|58)/

/** Neither message nor detail nor context: the row at fault and the values of the statement are in them. */
function databaseErrorFields(error: DatabaseError): object {
  const { name, code, constraint, table, column, message, detail = '' } = error
  const said = `${message}\n${detail}`
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !said.includes(line.trim()))
  return {
    type: name,
    message: ofTheServer.test(code) ? message.split('\n', 1)[0] : `PostgreSQL refused with ${code}`,
    code,
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(column === undefined ? {} : { column }),
    stack: frames.join('\n'),
  }
}

/** What is written of an error: only what helps to find the fault. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  if (isDatabaseError(error)) return databaseErrorFields(error)
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
 * Lines are written together, some hundreds at once and none later than `periodicFlush`, in ms: a write for each costs
 * more than its request. Sizes are in bytes. Collected as bytes, for text is measured from its beginning again at each line.
 */
const buffered = {
  sync: false,
  minLength: 64 * 1024,
  maxWrite: 128 * 1024,
  periodicFlush: 100,
  // Lines that find no room are dropped while nobody takes them.
  maxLength: 4 * 1024 * 1024,
  contentMode: 'buffer' as const,
}

/** Lines to the file of that descriptor, 1 being standard output. */
function outputTo(fd: number): DestinationStream {
  const stream = destination({ ...buffered, fd })
  // Its disk is full, or its reader gone. Requests go on without it; what is buffered is written once it can be again.
  let failing = false
  stream.on('error', () => {
    failing = true
  })
  stream.on('write', () => {
    failing = false
  })
  // The last write before the process ends repeats itself for ever while the disk is full.
  const flushSync = stream.flushSync.bind(stream)
  stream.flushSync = () => {
    if (!failing) flushSync()
  }
  // Its types know text only.
  const output = stream as unknown as { write(bytes: Buffer): boolean }
  return { write: (line) => void output.write(Buffer.from(line)) }
}

/** Opens the log on standard output, or on `to`. `level` is pino's: fatal, error, warn, info, debug or silent. */
export function openLog(level: string, to: DestinationStream = outputTo(1)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: time,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      serializers: { err: errorFields },
      hooks: { streamWrite: withoutSecrets, logMethod: outageLinesOnce() },
    },
    to,
  )
}
