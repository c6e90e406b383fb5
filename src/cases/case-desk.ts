/** Declares what features hand over about the subjects of cases. */
import type { Context } from '../context.ts'
import type { NodeLoader } from '../graph/contract/node.ts'

export interface CaseDesk {
  /** What a case's subject opens, by type; each answers only what the caller may see. */
  subjects: Readonly<Record<string, NodeLoader<Context>>>
}
