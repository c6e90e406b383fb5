/** Answers a batch of transfer questions piece by piece, so that none is held whole. */
import type { Context } from '../context.ts'
import { courseById } from '../courses/loaders.ts'
import { creditRecordById } from '../credit/loaders.ts'
import { openShare } from '../credit/sharing/open-share.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { institutionById } from '../institutions/loaders.ts'
import { dateIn } from '../values/dates.ts'
import { usesOf } from './applications/application.loaders.ts'
import { groundOf } from './assess-transfer.ts'
import type { TransferEligibilityInput } from './eligibility.ts'
import { factsOnDay } from './past-facts.loaders.ts'
import { afterOthers } from './turns.ts'

/** Questions whose claims and answers are in memory at once: some 5 MB with 40 claims each. */
const PIECE_QUESTIONS = 20

/**
 * The answers in order, each as soon as it is there: whoever writes them lets go of one before the next piece is begun. All
 * that they are answered from is read beforehand, in as many statements as for a single question.
 */
export async function assessBatch<Answer>(
  context: Context,
  inputs: readonly TransferEligibilityInput[],
  answer: (input: TransferEligibilityInput, index: number) => Promise<Answer>,
): Promise<Promise<Answer>[]> {
  await readBeforehand(context, inputs)
  const answers: Promise<Answer>[] = []
  let turn = Promise.resolve()
  for (let from = 0; from < inputs.length; from += PIECE_QUESTIONS) {
    const mine = turn
    const piece = inputs.slice(from, from + PIECE_QUESTIONS).map(async (input, offset) => {
      await mine
      context.signal.throwIfAborted()
      return answer(input, from + offset)
    })
    answers.push(...piece)
    turn = Promise.allSettled(piece).then(afterOthers)
  }
  return answers
}

/** Fills the request's loaders. What fails here fails again where it is asked for, and is told there. */
async function readBeforehand(context: Context, inputs: readonly TransferEligibilityInput[]): Promise<void> {
  const today = dateIn(context.now(), 'UTC')
  const grounds = distinct(inputs, ({ qualificationId, asOf }) => [[qualificationId, asOf ?? today]])
  const found = new Set<string>()
  await Promise.allSettled(
    grounds.map(async ([id, asOf]) => {
      const uuid = uuidOf('Qualification', id)
      if (uuid && (await groundOf(context, uuid, asOf))) found.add(`${id} ${asOf}`)
    }),
  )
  const answerable = inputs.filter(({ qualificationId, asOf }) => found.has(`${qualificationId} ${asOf ?? today}`))
  const courses = distinct(answerable, ({ courseIds }) => courseIds.map((id) => [id, '']))
  const records = distinct(answerable, (input) => input.creditRecordIds.map((id) => [id, input.asOf ?? today]))
  const shares = distinct(answerable, ({ creditRecordIds, shareCode }) =>
    creditRecordIds.length > 0 && shareCode != null ? [[shareCode, '']] : [],
  )
  await Promise.allSettled([
    ...courses.map(async ([id]) => {
      const uuid = uuidOf('Course', id)
      const course = uuid && (await courseById(context, uuid))
      if (course) await institutionById(context, course.awardingInstitutionId)
    }),
    ...records.flatMap(([id, day]) => {
      const creditRecordId = uuidOf('CreditRecord', id)
      if (creditRecordId === null) return []
      const past = day < today ? [factsOnDay(context, { creditRecordId, day })] : []
      return [creditRecordById(context, creditRecordId), usesOf(context, creditRecordId), ...past]
    }),
    ...shares.map(([code]) => openShare(context, code)),
  ])
}

type Pair = readonly [string, string]

/** Each pair once, in the order in which they come. */
function distinct(
  inputs: readonly TransferEligibilityInput[],
  pairsOf: (input: TransferEligibilityInput) => readonly Pair[],
): Pair[] {
  const known = new Map<string, Pair>()
  for (const input of inputs) for (const pair of pairsOf(input)) known.set(pair.join(' '), pair)
  return [...known.values()]
}
