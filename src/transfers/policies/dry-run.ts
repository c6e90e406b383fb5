/** Decides past applications anew under a proposed policy and reports the differences. */
import type { Context } from '../../context.ts'
import type { Refusal } from '../../graph/contract/user-error.ts'
import { refusal, TooComplex } from '../../graph/contract/user-error.ts'
import { statement } from '../../reading/statement.ts'
import type { ApplicationRow } from '../applications/application.loaders.ts'
import { thaw } from '../applications/freeze.ts'
import { type Assessed, qualificationTerms } from '../assess-transfer.ts'
import { type PolicyTerms, TransferTooComplex } from '../engine/check.rules.ts'
import { decideTransfer } from '../engine/decide.rules.ts'
import { inTurn } from '../turns.ts'
import { overlappedBy } from './policy.loaders.ts'
import { PolicyOverlap } from './policy-errors.ts'
import { type Proposal, readProposal } from './publish-policy.ts'
import type { PublishTransferPolicyInput } from './publish-transfer-policy-input.ts'

export interface DryRunCase {
  /** The application's uuid: the place in the list. */
  id: string
  application: ApplicationRow
  before: Assessed
  after: Assessed
}

export interface DryRun {
  refusals: Refusal[]
  examined: number
  changed: DryRunCase[]
}

/** The newest so many are examined: a decision takes milliseconds at worst, and this one answer has to wait for them. */
const MOST_APPLICATIONS = 2000

const applicationsAbout = statement<ApplicationRow>(
  'transfer-applications-about',
  `select a.id, a.learner_id, a.qualification_id, q.institution_id, a.status, a.frozen, a.submitted_at, a.decided_at,
     a.agreed_credit, a.reasons, a.updated_at
   from transfer_application a join qualification q on q.id = a.qualification_id
   where a.qualification_id = $1::uuid order by a.id desc limit ${MOST_APPLICATIONS}`,
)

const nothing = (refused: Refusal): DryRun => ({ refusals: [refused], examined: 0, changed: [] })

/**
 * As though the terms had been in force on the day of each application; newest first. Nothing is written.
 * Throws UNAUTHENTICATED or FORBIDDEN for those who act for no institution.
 */
export async function dryRun(context: Context, input: PublishTransferPolicyInput): Promise<DryRun> {
  const proposed = await readProposal(context, input)
  if ('refusal' in proposed) return nothing(proposed.refusal)
  const { qualification, terms } = proposed
  const overlap = await overlappedBy(context, qualification.id, terms)
  if (overlap) {
    const message = 'Another version is in force on some of these days; this one could not be published so.'
    return nothing(refusal(PolicyOverlap, { policy: overlap }, message, ['input', 'effectiveFrom']))
  }
  const rows = await context.read.rows(applicationsAbout, [qualification.id])
  try {
    const decide = (application: ApplicationRow) => inTurn(context.signal, () => caseOf(application, proposed))
    const cases = await Promise.all(rows.map(decide))
    return { refusals: [], examined: rows.length, changed: cases.filter(differs) }
  } catch (error) {
    if (!(error instanceof TransferTooComplex)) throw error
    return nothing(refusal(TooComplex, {}, error.message, ['input']))
  }
}

/** The policy is for the qualification as it is now, which may want other levels than on the day of the application. */
function caseOf(application: ApplicationRow, { qualification: row, terms }: Proposal): DryRunCase {
  const before = thaw(application.frozen)
  const policy = { ...terms, ...datesAround(terms, before.asOf) }
  const check = { ...before.check, policy, qualification: qualificationTerms(row), participating: true }
  // There is no version that could be shown or stated: it is not published.
  const more = { check, clientRef: null, qualificationRow: row, policyRow: null }
  return { id: application.id, application, before, after: Object.assign(decideTransfer(check), more) }
}

function datesAround({ effectiveFrom, effectiveTo }: PolicyTerms, day: string) {
  return {
    effectiveFrom: effectiveFrom < day ? effectiveFrom : day,
    effectiveTo: effectiveTo === null || effectiveTo > day ? effectiveTo : day,
  }
}

const essence = ({ outcome, transferable, potential, claims }: Assessed) =>
  JSON.stringify([outcome, transferable, potential, claims.map((claim) => [claim.status, claim.placedAtLevel])])

const differs = ({ before, after }: DryRunCase) => essence(before) !== essence(after)
