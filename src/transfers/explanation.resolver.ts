/** Answers the explanation fields of a transfer answer and its claims. */
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { institutionById } from '../institutions/loaders.ts'
import type { Assessed } from './assess-transfer.ts'
import { TransferClaim, TransferEligibility } from './eligibility.ts'
import type { ClaimDecision } from './engine/check.rules.ts'
import { explainAnswer, explainClaim, type Terms } from './engine/explain.rules.ts'
import { nextPolicyFrom } from './policies/policy.loaders.ts'

function termsOfAnswer({ check: { policy, qualification } }: Assessed): Terms | null {
  return policy && { policy, qualification }
}

/** A claim with what it is explained by. */
type ExplainedClaim = ClaimDecision & { terms: Terms | null }

@Resolver(() => TransferEligibility)
export class AnswerExplanationResolver {
  @FieldResolver(() => [TransferClaim], { description: 'Every claim, in the order of the question.' })
  claims(@Root() answer: Assessed): ExplainedClaim[] {
    const terms = termsOfAnswer(answer)
    return answer.claims.map((claim) => ({ ...claim, terms }))
  }

  @FieldResolver(() => String, {
    description: 'Why the answer is what it is, until when, and what would change it, in plain words.',
  })
  async explanation(@Root() answer: Assessed, @Ctx() context: Context): Promise<string> {
    const { qualificationRow, asOf, outcome } = answer
    const [institution, nextFrom] = await Promise.all([
      institutionById(context, qualificationRow.institutionId),
      outcome === 'NO_AGREEMENT' ? nextPolicyFrom(context, { qualificationId: qualificationRow.id, asOf }) : null,
    ])
    const names = { institution: institution!.name, qualification: qualificationRow.title }
    return explainAnswer(answer, names, termsOfAnswer(answer), nextFrom)
  }
}

@Resolver(() => TransferClaim)
export class ClaimExplanationResolver {
  @FieldResolver(() => String, { description: 'What becomes of it and why, in plain words.' })
  explanation(@Root() claim: ExplainedClaim): string {
    return explainClaim(claim, claim.terms)
  }
}
