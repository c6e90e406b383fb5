/** Tests that compiled queries answer thousands of generated documents as graphql-js does. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type ExecutionResult, parse, validate } from 'graphql'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { Executor } from '../../src/graph/execution/executor.ts'
import { GraphRequest } from '../../src/graph/execution/request.ts'
import { Admission, type CostReport } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { buildGraph } from '../../src/schema.ts'
import { generatedOperations } from '../support/world/generated-documents.ts'
import { inventAnswers } from '../support/world/invented-answers.ts'
import { keptLog, smallExecutor } from '../support/world/small-graph.ts'

const DOCUMENTS = 2000
const schema = inventAnswers(buildGraph())
/** As large as everybody's, and full again at once: what is compared does not depend on the clock. */
const ample = { points: 200_000, restorePerSecond: 1e9 }
const admission = new Admission(new MemoryRateLimits(), { anonymous: ample, person: ample, client: ample })
const interpreting = smallExecutor(schema, { admission, compile: { enabled: false } })
const compiling = smallExecutor(schema, { admission, compile: { atUse: 1 } })
const { log } = keptLog('silent')

async function answer(executor: Executor, document: ReturnType<typeof parse>, variables: Record<string, unknown>) {
  const request = new GraphRequest(anonymousViewer('nobody'), 'same-for-both', log, () => ({}))
  return shown(await executor.run({ document, operationName: null, variables, request }))
}

/** Where in the data the error left its null: at its own place, or further out when null was not allowed there. */
function emptied(data: unknown, path: readonly (string | number)[]): number {
  let inner = data
  let length = 0
  while (inner !== null && length < path.length) inner = (inner as Record<string, unknown>)[path[length++] as string]
  return length
}

/** What it was billed; what is left of the budget goes with the clock. */
function costOf({ cost }: { cost?: CostReport }) {
  return cost && { requested: cost.requested, actual: cost.actual, restoreRate: cost.restoreRate }
}

/**
 * What a client sees, errors in any order. Of several errors that empty the same place further out one is reported, and the
 * specification leaves open which: of those only the place is compared.
 */
function shown({ data, errors = [], extensions = {} }: ExecutionResult): string {
  const seen = errors.map((error) => {
    const path = error.path ?? []
    const place = emptied(data, path)
    return place < path.length ? `some error empties ${path.slice(0, place).join('.')}` : JSON.stringify(error)
  })
  return JSON.stringify({ data, errors: [...new Set(seen)].sort(), cost: costOf(extensions) })
}

/** Small enough that many of the generated answers have more. */
const FEW_BYTES = 200
const FEW_DOCUMENTS = 500

describe('a generated query', () => {
  it(`is answered alike, compiled or not, ${DOCUMENTS} times`, async () => {
    const met = { data: 0, errors: 0, refused: 0, givenBack: 0 }
    await fc.assert(
      fc.asyncProperty(generatedOperations(schema), async ({ text, variables }) => {
        const document = parse(text)
        expect(validate(schema, document).map(({ message }) => message)).toEqual([])
        const expected = await answer(interpreting, document, variables)
        expect(await answer(compiling, document, variables)).toBe(expected)
        const { data, errors, cost } = JSON.parse(expected)
        if (cost?.actual < cost?.requested) met.givenBack += 1
        met[data === undefined ? 'refused' : errors.length > 0 ? 'errors' : 'data'] += 1
      }),
      { numRuns: DOCUMENTS },
    )
    // Every kind of answer was met, often, and so were costs that are not cut off at what was asked for
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(DOCUMENTS / 50)
  }, 120_000)

  it(`is refused alike when its answer is too large, ${FEW_DOCUMENTS} times`, async () => {
    const [one, other] = [{ enabled: false }, { atUse: 1 }].map((compile) =>
      smallExecutor(schema, { admission, compile, answerBytes: FEW_BYTES }),
    ) as [Executor, Executor]
    const met = { tooLarge: 0, fitting: 0 }
    await fc.assert(
      fc.asyncProperty(generatedOperations(schema), async ({ text, variables }) => {
        const document = parse(text)
        const whole = JSON.parse(await answer(interpreting, document, variables))
        // What an error empties may have been counted before, and which of several errors comes first is left open.
        if (whole.data === undefined || whole.errors.length > 0) return
        const expected = await answer(one, document, variables)
        expect(await answer(other, document, variables)).toBe(expected)
        const tooLarge = Buffer.byteLength(JSON.stringify(whole.data)) > FEW_BYTES
        expect(expected.includes('answer bytes')).toBe(tooLarge)
        met[tooLarge ? 'tooLarge' : 'fitting'] += 1
      }),
      { numRuns: FEW_DOCUMENTS },
    )
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(FEW_DOCUMENTS / 50)
  }, 120_000)
})
