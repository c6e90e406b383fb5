/** Tests that an error abandoned by graphql-js ends no process, while others do. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'

/** A list whose first entry fails later, and whose second is null at once where null is not allowed. */
const program = (hook: string, fault: string) => `
  import { buildSchema, execute, parse } from 'graphql'
  import { isLetGo } from './src/graph/execution/let-go.ts'
  ${hook}
  const schema = buildSchema('type Query { things: [Thing!] } type Thing { name: String! }')
  const later = () => new Promise((resolve, reject) => setImmediate(() => reject(new Error('later'))))
  const things = [{ name: later }, { name: () => null }]
  const answer = await execute({ schema, document: parse('{ things { name } }'), rootValue: { things } })
  console.log(JSON.stringify(answer.data))
  ${fault}
  setImmediate(() => setImmediate(() => console.log('still there')))
`
const hook = "process.on('unhandledRejection', (reason) => { if (!isLetGo(reason)) throw reason })"

async function outputOf(text: string): Promise<string> {
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', text]
  const run = promisify(execFile)(process.execPath, flags)
  return run.then(
    ({ stdout }) => stdout,
    ({ stdout, code }) => `${stdout}ended with ${code}`,
  )
}

describe('an error that is let go', () => {
  it('would end the process', async () => {
    expect(await outputOf(program('', ''))).toBe('{"things":null}\nended with 1')
  })

  it('ends nothing when it is known for what it is', async () => {
    expect(await outputOf(program(hook, ''))).toBe('{"things":null}\nstill there\n')
  })

  it('hides no other rejection', async () => {
    const other = "Promise.reject(new Error('a fault of ours'))"
    expect(await outputOf(program(hook, other))).toBe('{"things":null}\nended with 1')
  })
})
