/** Prints at the end of a run which tests were skipped and why. */

interface Results {
  testResults: { testResults: { status: string; fullName: string }[] }[]
}

/** The title of a test that is skipped for this reason: what jest hands its reporters of a test is its title. */
export const skippedTitle = (title: string, reason: string) => `${title} [skipped: ${reason}]`

const reasonIn = /\[skipped: ([^\]]*)\]/

/** A reporter of jest. */
export default class SkippedTests {
  private readonly chosenByName: boolean

  constructor({ testNamePattern }: { testNamePattern?: string | undefined }) {
    this.chosenByName = Boolean(testNamePattern)
  }

  onRunComplete(_contexts: unknown, results: Results): void {
    for (const line of this.linesFor(results)) process.stderr.write(`${line}\n`)
  }

  /** One line for each reason, and one for each test that has none: unless tests were chosen by name, all have one. */
  linesFor({ testResults }: Results): string[] {
    const skipped = testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === 'pending' || status === 'todo')
      .map(
        ({ fullName }) => reasonIn.exec(fullName)?.[1] ?? (this.chosenByName ? null : `no reason given: ${fullName}`),
      )
      .filter((reason) => reason !== null)
    const counts = Map.groupBy(skipped, (reason) => reason)
    return [...counts].map(([reason, { length }]) => `Skipped ${length} ${length === 1 ? 'test' : 'tests'}: ${reason}`)
  }
}
