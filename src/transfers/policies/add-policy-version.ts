/** Adds a version of a transfer policy, whose terms the engine has read. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { newId } from '../../store/row.ts'
import { TransferPolicy } from './transfer-policy.ts'

type Publication = Pick<TransferPolicy, 'qualificationId' | 'version' | 'publishedAt' | 'publishedBy'>

/** What is left out of the terms is null in the row: the terms were checked as the engine reads them. */
export function addPolicyVersion(
  tx: EntityManager,
  { effectiveTo, ...content }: { effectiveTo: string | null },
  publication: Publication,
): TransferPolicy {
  return tx.create(TransferPolicy, {
    ...content,
    ...publication,
    id: newId(),
    declaredEffectiveTo: effectiveTo,
  } as unknown as TransferPolicy)
}
