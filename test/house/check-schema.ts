/** Fails when the schema breaks clients without a declared reason. */
import { compareWithGit } from './schema-changes.ts'

const found = compareWithGit(process.cwd(), process.env.SCHEMA_BASE || null)
if ('skipped' in found) {
  console.warn(`The schema was NOT compared with its last version: ${found.skipped}.`)
} else if (found.undeclared.length > 0) {
  console.error(`The schema breaks clients of ${found.comparedWith}:`)
  for (const change of found.undeclared) console.error(`- ${change}`)
  console.error('Keep and deprecate what was there, or add each line, with why behind it, to breaking-changes.md.')
  process.exitCode = 1
}
