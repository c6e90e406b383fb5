/** Declares what features hand over about the subjects of cases. */
import type { NodeLoader } from '../graph/contract/node.ts'

export interface CaseDesk<Context> {
  /** What a case's subject opens, by type; each answers only what the caller may see. */
  subjects: Readonly<Record<string, NodeLoader<Context>>>
}
