/** Tests that each file of src is named after one of its exports. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from '@jest/globals'

/** Files of several exports of one rank, none of which is the main one: their name is what they have in common. */
const severalOfOneRank = new Set([
  'src/schema.ts',
  'src/adapters/paypal/paypal-objects.ts',
  'src/auth/permissions.ts',
  'src/courses/mirror-catalogue.ts',
  'src/enrolments/change-enrolment.ts',
  'src/enrolments/end-enrolment.ts',
  'src/enrolments/enrolment-errors.ts',
  'src/enrolments/news-cases.ts',
  'src/graph/contract/scalars.ts',
  'src/http/graphiql/page/example-documents.ts',
  'src/institutions/own-roles.ts',
  'src/learners/link-partner-account.ts',
  'src/partner-inbox/partner-inbox.ts',
  'src/payments/payment-inbox.ts',
  'src/payments/reconciliation/examine-payment.ts',
  'src/reading/list.ts',
  'src/reading/selection.ts',
  'src/store/idempotent.ts',
  'src/store/row.ts',
  'src/graph/limits/answer-size.ts',
  'src/transfers/applications/answer-application.ts',
  'src/transfers/applications/application-errors.ts',
  'src/transfers/engine/check-input.rules.ts',
  'src/transfers/engine/findings.rules.ts',
  'src/transfers/engine/improvement.rules.ts',
  'src/transfers/policies/policy-errors.ts',
  'src/transfers/transfer-bounds.ts',
  'src/values/lengths.ts',
])
/** What a folder holds of each of its nouns: `loaders.ts`, `course.resolver.ts`. */
const suffix = /(^|\.)(rules|states|loaders|resolver)$/
const exportPattern =
  /^export (?:default )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm

const files = globSync('src/**/*.ts').filter((file) => !file.startsWith('src/sandbox/') && !file.endsWith('.d.ts'))

/** Without hyphens, so that PayPal may be spelt `paypal`; in the singular, as one of several exports is. */
const plain = (name: string): string =>
  name
    .replaceAll(/[-_]/g, '')
    .toLowerCase()
    .replace(/ies$/, 'y')
    .replace(/sses$/, 'ss')
    .replace(/(?<!s)s$/, '')

/** Names that a file may go by: its own, and its own without that of its folder: `partner/partner-token.ts`. */
function namesOf(file: string): string[] {
  const name = basename(file, '.ts').replace(suffix, '')
  return [name, name.replace(`${basename(dirname(file))}-`, '')].map(plain)
}

function exportsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(exportPattern)].map(([, name]) => plain(name as string))
}

/** Whether the file goes by the name of one of its exports; one that exports nothing is a program, or only a suffix. */
function isNamedAfterAnExport(file: string): boolean {
  const exported = exportsOf(file)
  const fits = (name: string) => exported.some((own) => own.includes(name) || name.includes(own))
  return exported.length === 0 || namesOf(file).some((name) => name === '' || fits(name))
}

describe('a file of src', () => {
  it('is named after one of its exports', () => {
    expect(files.length).toBeGreaterThan(200)
    expect(files.filter((file) => !severalOfOneRank.has(file) && !isNamedAfterAnExport(file))).toEqual([])
  })

  it('is excused only while it needs to be', () => {
    const excused = [...severalOfOneRank]
    expect(excused.filter((file) => !files.includes(file) || isNamedAfterAnExport(file))).toEqual([])
  })
})
