/** Answers a transfer question: gathers facts in fixed reads, then decides by rules. */
import { isOwnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { creditRecordById } from '../credit/loaders.ts'
import { openShare } from '../credit/sharing/open-share.ts'
import { badUserInput, GraphError, notFound } from '../graph/contract/errors.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { qualificationById } from '../institutions/loaders.ts'
import type { Qualification } from '../institutions/qualification.ts'
import { dateIn } from '../values/dates.ts'
import { isPartyTo, usesOf } from './applications/application.loaders.ts'
import { courseClaim, externalClaim, recordClaim } from './claim.ts'
import type { TransferEligibilityInput } from './eligibility.ts'
import {
  type Claim,
  type Decision,
  InvalidTransferInput,
  type PolicyTerms,
  type QualificationTerms,
  type TransferCheck,
  TransferTooComplex,
} from './engine/check.rules.ts'
import { decideTransfer } from './engine/decide.rules.ts'
import { factsOnDay } from './past-facts.loaders.ts'
import { policyInForce } from './policies/policy.loaders.ts'
import type { TransferPolicy } from './policies/transfer-policy.ts'
import { inTurn } from './turns.ts'

/** The answer with what its edges are loaded from. */
export interface Assessed extends Decision {
  clientRef: string | null
  qualificationRow: Qualification
  policyRow: TransferPolicy | null
  /** What was asked, as the engine read it. */
  check: TransferCheck
  /** Set when it was signed once and for all, with an application. */
  signed?: string | null
}

/** What a question about a qualification on a day is answered from, besides the claims. */
export interface Ground {
  qualification: Qualification
  participating: boolean
  policy: TransferPolicy | null
  asOf: string
}

/** Throws NOT_FOUND for an unknown or invisible id, BAD_USER_INPUT for what does not fit, TOO_COMPLEX. */
export async function assess(context: Context, input: TransferEligibilityInput): Promise<Assessed> {
  const asOf = input.asOf ?? dateIn(context.now(), 'UTC')
  const qualificationId = uuidOf('Qualification', input.qualificationId)
  const ground = qualificationId && (await groundOf(context, qualificationId, asOf))
  if (!ground) {
    const message = noSuch('Qualification', input.qualificationId, 'There is no such qualification.')
    throw notFound(message, ['input', 'qualificationId'])
  }
  const claims = await claimsOf(context, input, asOf)
  try {
    return await inTurn(context.signal, () => answerFrom(ground, claims, input.clientRef))
  } catch (error) {
    throw refusalOf(error, input)
  }
}

/** The qualification, the policy in force that day, and whether the institution takes part; null for an unknown uuid. */
export async function groundOf(context: Context, qualificationId: string, asOf: string): Promise<Ground | null> {
  const [qualification, policy] = await Promise.all([
    qualificationById(context, qualificationId),
    policyInForce(context, { qualificationId, asOf }),
  ])
  return qualification && { qualification, participating: qualification.participating, policy, asOf }
}

/** What the engine reads of a qualification. */
export function qualificationTerms({ id, kind, totalCredit, levels }: Qualification): QualificationTerms {
  return { id, kind, totalCredit, levels }
}

/** The question as the engine reads it. */
function checkOf({ qualification, participating, policy, asOf }: Ground, claims: readonly Claim[]): TransferCheck {
  return {
    claims,
    asOf,
    participating,
    policy: policy && termsOf(policy),
    qualification: qualificationTerms(qualification),
  }
}

/** Throws InvalidTransferInput or TransferTooComplex. */
export function answerFrom(ground: Ground, claims: readonly Claim[], clientRef: string | null = null): Assessed {
  const check = checkOf(ground, claims)
  const decision = decideTransfer(check)
  const answered = decision.outcome !== 'NO_AGREEMENT' && decision.outcome !== 'NOT_PARTICIPATING'
  // Assigned, not copied: the digest is only made when it is asked for.
  return Object.assign(decision, {
    check,
    clientRef,
    qualificationRow: ground.qualification,
    policyRow: answered ? ground.policy : null,
  })
}

/** The engine's refusals, naming the client's own field instead of the claim's number. */
function refusalOf(error: unknown, input: TransferEligibilityInput): unknown {
  if (error instanceof TransferTooComplex) return new GraphError('TOO_COMPLEX', error.message, { field: ['input'] })
  if (!(error instanceof InvalidTransferInput)) return error
  return badUserInput(error.message, fieldOf(error, input))
}

/** A claim is the n-th of the records, courses and external credits, in this order. */
function fieldOf({ field }: InvalidTransferInput, { creditRecordIds, courseIds }: TransferEligibilityInput): string[] {
  const [list, index, ...rest] = field
  if (list !== 'claims') return ['input', ...field]
  // Too many of them, whichever of the lists they are in.
  if (index === undefined) return ['input']
  const position = Number(index)
  const course = position - creditRecordIds.length
  const external = course - courseIds.length
  if (course < 0) return ['input', 'creditRecordIds', index]
  return external < 0 ? ['input', 'courseIds', `${course}`] : ['input', 'externalCredits', `${external}`, ...rest]
}

async function claimsOf(context: Context, input: TransferEligibilityInput, asOf: string): Promise<Claim[]> {
  const records = input.creditRecordIds.map((id, index) => askedRecord(context, id, index, asOf, input.shareCode))
  const courses = input.courseIds.map((id, index) => courseClaim(context, id, index, asOf))
  return [...(await Promise.all([...records, ...courses])), ...input.externalCredits.map(externalClaim)]
}

async function askedRecord(
  context: Context,
  id: string,
  index: number,
  asOf: string,
  shareCode?: string | null,
): Promise<Claim> {
  const uuid = uuidOf('CreditRecord', id)
  const isPast = asOf < dateIn(context.now(), 'UTC')
  const [record, uses, share, past] = await Promise.all([
    uuid === null ? null : creditRecordById(context, uuid),
    uuid === null ? [] : usesOf(context, uuid),
    shareCode == null ? null : openShare(context, shareCode),
    // An answer about the past must not see what came later.
    uuid === null || !isPast ? null : factsOnDay(context, { creditRecordId: uuid, day: asOf }),
  ])
  const open =
    record && (isOwnerOrOperator(context.viewer, record.learnerId) || uses.some((use) => isPartyTo(context, use)))
  if (!record || !(open || share?.creditRecordIds.includes(record.id))) {
    const message = noSuch('CreditRecord', id, 'There is no such credit record that you may ask about.')
    throw notFound(message, ['input', 'creditRecordIds', `${index}`])
  }
  const use = uses.find(({ status }) => status !== null)?.status ?? null
  return recordClaim(record, past ?? { status: record.status, use })
}

/** The same terms for the same row: what the engine reads in them once serves all checks of a batch. */
const termsOfRows = new WeakMap<TransferPolicy, PolicyTerms>()

/** The policy's terms as the engine reads them, and nothing else: they are digested and frozen. */
function termsOf(policy: TransferPolicy): PolicyTerms {
  const known = termsOfRows.get(policy)
  if (known) return known
  const { id: _i, qualificationId: _q, version: _v, publishedAt: _a, publishedBy: _b, ...terms } = policy
  termsOfRows.set(policy, terms)
  return terms
}
