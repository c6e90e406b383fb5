/** Tests that one place adds up what is back and on its way. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'

/** Adds up amounts: in SQL, or in a reduce. */
const adding = /\bsum\s*\([^)]*amount_minor|reduce\([^\n]*amountMinor/i
const allowed = [
  // What the refunds of a whole run have brought back, counted with its items.
  'src/enrolments/refund-run.loaders.ts',
  'src/payments/balance.ts',
  // What the provider's own list says that it still holds.
  'src/payments/fail-refund.ts',
]

it('amounts of refunds and disputes are added up in the balance alone', () => {
  const files = globSync('src/**/*.ts').filter((file) => !file.startsWith('src/sandbox/'))
  expect(files.filter((file) => adding.test(readFileSync(file, 'utf8'))).toSorted()).toEqual(allowed)
})
