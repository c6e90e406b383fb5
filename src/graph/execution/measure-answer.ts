/** Measures an executed answer in bytes and points, refusing one that is too large. */
import type { ExecutionResult } from 'graphql'
import { AnswerTooLarge, fits, measureData } from '../limits/answer-size.ts'
import type { CostPlan } from '../limits/cost.ts'
import type { WrittenAnswer } from './compiled-queries.ts'

export type Executed = WrittenAnswer | ExecutionResult

/** What an answer came to; `result` is null when it was written without errors. */
export interface Measured {
  text: string
  /** Of its objects, at most those foreseen, and of its long texts. */
  cost: number
  /** Of its long texts alone. */
  texts: number
  result: ExecutionResult | null
}

/** What was asked for, and the most that its objects can cost. */
export interface Asked {
  operation: { cost: CostPlan }
  reserved: { requested: number }
}

/** The answer with what it costs. Throws AnswerTooLarge. */
export function measureAnswer({ operation, reserved }: Asked, executed: Executed, allowedBytes: number): Measured {
  const tooLarge = executed.errors?.find((error) => error instanceof AnswerTooLarge)
  if (tooLarge) throw tooLarge
  // A list without pages can be longer than foreseen.
  const costOf = (objects: number, texts: number) => Math.min(reserved.requested, Math.max(1, objects)) + texts
  if ('text' in executed && executed.errors.length === 0) {
    const { text, cost: objects, textPoints: texts } = executed
    return { text: fitting(text, allowedBytes), cost: costOf(objects, texts), texts, result: null }
  }
  const result = 'text' in executed ? { data: JSON.parse(executed.text), errors: executed.errors } : executed
  const { data } = result
  const texts = measureData(data, allowedBytes)
  const text = fitting(JSON.stringify(data ?? null), allowedBytes)
  return { text, cost: costOf(operation.cost.actual(data), texts), texts, result }
}

function fitting(text: string, allowedBytes: number): string {
  if (fits(text, allowedBytes)) return text
  throw new AnswerTooLarge(allowedBytes)
}
