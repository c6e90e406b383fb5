/** Decides how far a dispute has got from what its provider says. */
import { isOpenDispute } from './dispute.states.ts'
import type { Dispute } from './dispute.ts'
import type { DisputeStage } from './dispute-stage.ts'
import type { ProviderDispute } from './payment-provider.ts'

/** `before` is as it stood here. */
export function stageReached(
  before: Pick<Dispute, 'status' | 'stage'>,
  { state, stage, stageTakenUpAgain }: Pick<ProviderDispute, 'state' | 'stage' | 'stageTakenUpAgain'>,
): DisputeStage {
  const takenUpAgain = isOpenDispute(state) && !isOpenDispute(before.status)
  if (stageTakenUpAgain !== null && (takenUpAgain || before.stage === stageTakenUpAgain)) return stageTakenUpAgain
  if (stage !== null) return stage
  // What was decided was more than a question.
  return before.stage === 'INQUIRY' && state !== 'WITHDRAWN' ? 'CHARGEBACK' : before.stage
}
