/** Signs an answer as a statement that published keys verify. */
import type { Context } from '../context.ts'
import { globalId } from '../graph/contract/global-id.ts'
import type { Assessed } from './assess-transfer.ts'

/**
 * A compact JWS about `subject`, the answer's digest unless said. The source of every claim is in it, so that invented
 * external credit never looks awarded.
 */
export function signStatement(
  { signer, settings, now }: Context,
  answer: Assessed,
  subject: string = answer.digest,
): Promise<string> {
  const { qualificationRow, policyRow } = answer
  return signer.sign(
    {
      iss: settings.publicUrl,
      sub: subject,
      iat: Math.floor(now().getTime() / 1000),
      outcome: answer.outcome,
      transferable: answer.transferable,
      qualification: globalId('Qualification', qualificationRow.id),
      policy: policyRow && { id: globalId('TransferPolicy', policyRow.id), version: policyRow.version },
      asOf: answer.asOf,
      validUntil: answer.validUntil,
      digest: answer.digest,
      claims: answer.claims.map(({ ref, source, amount, status, counted }) => ({
        ref,
        source,
        amount,
        status,
        counted,
      })),
    },
    'transfer-statement+jwt',
  )
}
