/** Runs the slowest test files first; TEST_ORDER=reversed or random:7 shows that order does not matter. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'

interface Test {
  path: string
}
interface Results {
  testResults: readonly { testFilePath: string; perfStats: { start: number; end: number } }[]
}

/** Whole seconds by file, as the last `npm run test:seconds` found them; short ones are left out. */
const secondsFile = new URL('./file-seconds.json', import.meta.url)
const WRITTEN_FROM_SECONDS = 2
const seconds: Record<string, number> = JSON.parse(readFileSync(secondsFile, 'utf8'))
const nameOf = (path: string) => relative(process.cwd(), path)

/** Where a file comes in this run: low ones first. */
function placeOf(path: string): number {
  const name = nameOf(path)
  const order = process.env.TEST_ORDER ?? ''
  if (order.startsWith('random:')) return createHash('sha1').update(`${order} ${name}`).digest().readUInt32BE()
  return (seconds[name] ?? 0) * (order === 'reversed' ? 1 : -1)
}

/** As jest asks for it. */
export default class FileOrder {
  sort(tests: readonly Test[]): Test[] {
    return [...tests].sort((a, b) => placeOf(a.path) - placeOf(b.path))
  }

  /** Which failed last time is not kept. */
  allFailedTests(tests: Test[]): Test[] {
    return tests
  }

  cacheResults(_tests: readonly Test[], { testResults }: Results): void {
    if (process.env.TEST_SECONDS !== 'write') return
    const took = testResults.map(({ testFilePath, perfStats: { start, end } }) => ({
      name: nameOf(testFilePath),
      seconds: Math.round((end - start) / 1000),
    }))
    const slow = took.filter((file) => file.seconds >= WRITTEN_FROM_SECONDS).sort((a, b) => b.seconds - a.seconds)
    const text = JSON.stringify(Object.fromEntries(slow.map((file) => [file.name, file.seconds])), null, 2)
    writeFileSync(secondsFile, `${text}\n`)
  }
}
