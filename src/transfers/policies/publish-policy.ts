/** Publishes a checked policy version, numbered and dated under a lock. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { isMemberOf, requireAnyMember } from '../../auth/permissions.ts'
import { memberName, type Viewer } from '../../auth/viewer.ts'
import type { Context } from '../../context.ts'
import { uuidOf } from '../../graph/contract/global-id.ts'
import { noSuch } from '../../graph/contract/no-such.ts'
import { Forbidden, InvalidInput, NotFound, type Refusal, refusal } from '../../graph/contract/user-error.ts'
import { qualificationById } from '../../institutions/loaders.ts'
import { Qualification } from '../../institutions/qualification.ts'
import { keyRefusal, takeKey } from '../../store/idempotent.ts'
import { inTransaction } from '../../store/transaction.ts'
import { InvalidTransferInput, type PolicyTerms } from '../engine/check.rules.ts'
import { readPolicy, readQualification } from '../engine/check-input.rules.ts'
import { overlapped } from '../engine/policy-dates.rules.ts'
import { MOST_POLICY_CHARACTERS } from '../transfer-bounds.ts'
import { addPolicyVersion } from './add-policy-version.ts'
import { policyById } from './policy.loaders.ts'
import { PolicyOverlap } from './policy-errors.ts'
import type { PublishTransferPolicyInput } from './publish-transfer-policy-input.ts'
import { TransferPolicy } from './transfer-policy.ts'

/** Why there is no version. */
const refused = <Name extends string>(error: Refusal<Name>) => ({ policyId: null, refusals: [error] })
const qualificationField = ['input', 'qualificationId']

/** Throws UNAUTHENTICATED or FORBIDDEN for those who act for no institution. */
export async function publishPolicy(context: Context, input: PublishTransferPolicyInput) {
  const proposed = await readProposal(context, input)
  if ('refusal' in proposed) return refused(proposed.refusal)
  const wrong = input.idempotencyKey == null ? null : keyRefusal(input.idempotencyKey)
  if (wrong) return refused(wrong)
  const done = await inTransaction(context.em, (tx) => publish(context, tx, input, proposed))
  await context.publicChanged()
  context.loads.clear()
  if (typeof done !== 'string') return done
  // Found under the lock, and versions stay.
  const policy = (await policyById(context, done)) as TransferPolicy
  const message =
    'Another version is in force on some of these days; a version may only start inside one without an end.'
  return refused(refusal(PolicyOverlap, { policy }, message, ['input', 'effectiveFrom']))
}

/** A policy that fits its qualification, and that the caller may publish. */
export interface Proposal {
  qualification: Qualification
  terms: PolicyTerms
}

/** Reads the input; refused when it does not fit, or when the qualification is not the caller's institution's. */
export async function readProposal(context: Context, input: PublishTransferPolicyInput) {
  requireAnyMember(context.viewer)
  const id = uuidOf('Qualification', input.qualificationId)
  const qualification = id && (await qualificationById(context, id))
  if (!qualification) {
    const message = noSuch('Qualification', input.qualificationId, 'There is no such qualification.')
    return { refusal: refusal(NotFound, {}, message, qualificationField) }
  }
  if (!isMemberOf(context.viewer, qualification.institutionId)) {
    const message = "Only the qualification's own institution publishes its policies."
    return { refusal: refusal(Forbidden, {}, message, qualificationField) }
  }
  const terms = termsGiven(input)
  const problem = unfit(terms) ?? unreadable(terms, qualification)
  const proposal: Proposal = { qualification, terms }
  return problem ? { refusal: problem } : proposal
}

function termsGiven(input: PublishTransferPolicyInput): PolicyTerms {
  const { qualificationId: _q, idempotencyKey: _k, ...terms } = input
  const { effectiveTo = null, minimumGrade = null, maximumAgeYears = null } = terms
  return { ...terms, effectiveTo, minimumGrade, maximumAgeYears }
}

const wrong = (message: string, field: readonly string[]) => refusal(InvalidInput, {}, message, ['input', ...field])

/** What the engine would take and a row cannot hold. */
function unfit(terms: PolicyTerms) {
  const { maxCredit, granularity, freeChoiceMax, minimumGrade } = terms
  const caps = terms.levelCaps.map(({ credit }, index) => [credit, ['levelCaps', `${index}`, 'credit']] as const)
  const amounts = [
    ...([
      [maxCredit, ['maxCredit']],
      [granularity, ['granularity']],
      [freeChoiceMax, ['freeChoiceMax']],
    ] as const),
    ...([[minimumGrade ?? '0', ['minimumGrade']]] as const),
    ...caps,
  ]
  const bad = amounts.find(([amount]) => !/^\d{1,8}(\.\d{1,2})?$/.test(amount))
  if (bad) return wrong('Expected a number from 0 to 99999999.99 with at most two decimals.', bad[1])
  const text = JSON.stringify(terms)
  if (text.length > MOST_POLICY_CHARACTERS) {
    const message = `All lists and clauses together have ${text.length} characters; at most ${MOST_POLICY_CHARACTERS} fit.`
    return wrong(message, [])
  }
  return null
}

function unreadable(terms: PolicyTerms, qualification: Qualification) {
  try {
    readPolicy(terms, readQualification(qualification))
    return null
  } catch (error) {
    if (!(error instanceof InvalidTransferInput)) throw error
    return wrong(error.message, error.field[0] === 'policy' ? error.field.slice(1) : [])
  }
}

/** Under the qualification's lock, so that no two versions get one number or overlap. A text is the overlapped version. */
async function publish(
  { viewer, now }: Context,
  tx: EntityManager,
  { idempotencyKey, ...request }: PublishTransferPolicyInput,
  { qualification, terms }: Proposal,
) {
  const caller = { caller: viewer.key, operation: 'publishTransferPolicy', now: now() }
  const keyed = idempotencyKey == null ? null : await takeKey(tx, { ...caller, key: idempotencyKey, request })
  if (keyed?.kind === 'conflict') return refused(keyed.refusal)
  if (keyed?.kind === 'repeat') return { policyId: keyed.result.policyId as string, refusals: [] }
  await tx.findOneOrFail(Qualification, qualification.id, { lockMode: LockMode.PESSIMISTIC_WRITE })
  const versions = await tx.find(TransferPolicy, { qualificationId: qualification.id })
  const overlap = overlapped(versions, terms)
  if (overlap) return overlap.id
  const policy = addPolicyVersion(tx, terms, {
    qualificationId: qualification.id,
    version: 1 + Math.max(0, ...versions.map(({ version }) => version)),
    publishedAt: now(),
    publishedBy: publisher(viewer),
  })
  keyed?.keep({ policyId: policy.id })
  return { policyId: policy.id, refusals: [] }
}

function publisher(viewer: Viewer): string {
  return `${memberName(requireAnyMember(viewer))} (${viewer.key})`
}
