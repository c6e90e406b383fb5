/** Freezes question, answer, policy and statement with an application. */
import type { Context } from '../../context.ts'
import { globalId } from '../../graph/contract/global-id.ts'
import type { Qualification } from '../../institutions/qualification.ts'
import type { Assessed } from '../assess-transfer.ts'
import type { Decision, TransferCheck } from '../engine/check.rules.ts'
import type { TransferPolicy } from '../policies/transfer-policy.ts'
import { signStatement } from '../statement.ts'

/** As it lies in the application's row: JSON, so instants are text. */
interface Frozen {
  check: TransferCheck
  decision: Decision
  qualification: Qualification
  policy: (Omit<TransferPolicy, 'publishedAt'> & { publishedAt: string }) | null
  statement: string | null
}

/** Signs the answer about the application of that uuid, and puts everything by. */
export async function freeze(
  context: Context,
  answer: Assessed,
  applicationId: string,
): Promise<Record<string, unknown>> {
  const { check, clientRef: _c, qualificationRow, policyRow, signed: _s, ...decision } = answer
  const statement = policyRow && (await signStatement(context, answer, globalId('TransferApplication', applicationId)))
  return { check, decision, qualification: qualificationRow, policy: policyRow, statement }
}

/** The answer as it stood when the application was made. */
export function thaw(frozen: Record<string, unknown>): Assessed {
  const { check, decision, qualification, policy, statement } = frozen as unknown as Frozen
  return {
    ...decision,
    check,
    clientRef: null,
    qualificationRow: qualification,
    policyRow: policy && ({ ...policy, publishedAt: new Date(policy.publishedAt) } as TransferPolicy),
    signed: statement,
  }
}
