/** Tests that numbers which are tuned are named in capitals, with their unit. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'

/** What numbers are of: one of these words is in the name of each, so that nobody takes ms for seconds. */
const units = new Set(
  `MS SECONDS MINUTES HOUR HOURS DAYS BYTES BITS CHARACTERS MINOR POINTS CATS DECIMALS PART SIZE LEVELS
  ATTEMPTS TRIES RETRIES WAITS STEPS LEVEL PULSES USES VALUES ERRORS CAUSES NAMES IDS UUIDS CONNECTIONS OPERATIONS CALLERS
  TOKENS CERTIFICATES MEDIA_TYPES REPRESENTATIONS FORMATTERS FACTS PROBLEMS RECORDS QUESTIONS CLAIMS APPLICATIONS
  REGISTRATIONS EVENTS DISPUTES UNITS INSTITUTIONS SUBJECTS LANGUAGES STATUSES REASONS CLAUSES TIMES FAILURES CODE
  HOLDS RENEWALS SHARES STREAMS WORDS LETTERS SLUGS FRAGMENTS MESSAGES YEARS`.split(/\s+/),
)

const declared = globSync('src/**/*.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:export )?const (\w+)(?:: [^=\n]+)? =\s+(.+)$/gm)].map((found) => ({
    where: `${file}: ${found[1]}`,
    name: found[1] as string,
    value: found[2] as string,
  })),
)
/** A number, or numbers multiplied: `5 * 60_000`, `3 * HOUR_MS`. */
const isTuned = (value: string): boolean =>
  /^[\d_.()*+ -]*\d[\d_.()*+ -]*$/.test(value.replaceAll(/\b[A-Z][A-Z_]+\b/g, '1')) && !value.includes('**')
const inCapitals = (name: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(name)
const hasUnit = (name: string): boolean => [...units].some((unit) => `_${name}_`.includes(`_${unit}_`))

it('a number at the top of a file is in capitals and says what it is of', () => {
  const tuned = declared.filter(({ value }) => isTuned(value))
  expect(tuned.length).toBeGreaterThan(100)
  expect(tuned.filter(({ name }) => !inCapitals(name) || !hasUnit(name)).map(({ where }) => where)).toEqual([])
})

it('capitals are for numbers and texts: lists, tables and patterns are written small', () => {
  const others = declared.filter(({ name, value }) => inCapitals(name) && !/^['"`(\d-]|^[A-Z\d_]+ \*/.test(value))
  expect(others.map(({ where }) => where)).toEqual([])
})
