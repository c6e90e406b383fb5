/** Writes the table of variables in src/README.md as config.ts describes them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { variables } from '../config.ts'

export const PAGE_FILE = 'src/README.md'
const OPENING = '<!-- Written by `npm run variables`. -->'
const CLOSING = '<!-- The end of what `npm run variables` writes. -->'

/** What holds when nothing is set. */
function defaultOf(schema: (typeof variables.shape)[keyof typeof variables.shape]): string {
  const { success, data } = schema.safeParse(undefined)
  if (!success) return 'required'
  return data === undefined || (Array.isArray(data) && data.length === 0) ? 'none' : String(data)
}

/** The page with the table as it has to be. Throws when the page has no place for it. */
export function withVariables(page: string): string {
  const [before, rest] = page.split(OPENING)
  const after = rest?.split(CLOSING)[1]
  if (before === undefined || after === undefined) throw new Error(`${PAGE_FILE} needs ${OPENING} and ${CLOSING}`)
  const rows = Object.entries(variables.shape).map(
    ([name, schema]) => `| \`${name}\` | ${defaultOf(schema)} | ${schema.description} |\n`,
  )
  const table = `| variable | default | effect |\n| --- | --- | --- |\n${rows.join('')}`
  return `${before}${OPENING}\n\n${table}\n${CLOSING}${after}`
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE_FILE, withVariables(readFileSync(PAGE_FILE, 'utf8')))
