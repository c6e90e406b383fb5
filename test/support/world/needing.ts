/** Skips tests whose needs are not met, with the reason, or fails them in CI. */
import { describe, it } from '@jest/globals'
import { skippedTitle } from './skipped-tests.ts'

/** `describe` and `it` for tests that need `what`. */
export function needing(what: string, isThere: boolean) {
  const reason = `needs ${what}`
  const failing = (title: string) =>
    it(title, () => {
      throw new Error(`This ${reason}: with CI=true nothing is skipped for that.`)
    })
  return {
    describe(title: string, tests: () => void): void {
      if (isThere) describe(title, tests)
      else if (process.env.CI === 'true') failing(title)
      else describe.skip(skippedTitle(title, reason), tests)
    },
    it(title: string, test: () => Promise<void>): void {
      if (isThere) it(title, test)
      else if (process.env.CI === 'true') failing(title)
      else it.skip(skippedTitle(title, reason), test)
    },
  }
}
