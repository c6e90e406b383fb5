/** Says of which kind an id is, where one of another kind is expected. */
import { badUserInput } from './errors.ts'
import { readGlobalId, uuidOf } from './global-id.ts'

/** Every kind of thing that has an id: nothing else is repeated of what clients send. */
const nodeNames = [
  'Institution',
  'Qualification',
  'Course',
  'CourseRun',
  'LiveEvent',
  'Learner',
  'InstitutionStaff',
  'InstitutionClient',
  'Operator',
  'Enrolment',
  'Payment',
  'Refund',
  'RefundRun',
  'Dispute',
  'ProviderObject',
  'Receipt',
  'Reconciliation',
  'Case',
  'CreditRecord',
  'CreditShare',
  'TransferPolicy',
  'TransferApplication',
] as const
export type NodeName = (typeof nodeNames)[number]

const withArticle = (name: NodeName) => `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`

/** Null for an id of that kind, and for what is no id at all. */
function otherKind(expected: NodeName, id: string): string | null {
  const typeName = readGlobalId(id)?.typeName
  const found = nodeNames.find((name) => name === typeName)
  if (found === undefined || found === expected) return null
  return `This is ${withArticle(found)}'s id; ${withArticle(expected)}'s id is expected.`
}

/** The sentence about an id that opens nothing, with the reason where the id itself tells it. */
export function noSuch(expected: NodeName, id: string, sentence: string): string {
  const reason = otherKind(expected, id)
  return reason === null ? sentence : `${sentence} ${reason}`
}

/** The uuid for a list that is narrowed by an id, null for an unknown one. Throws BAD_USER_INPUT for another kind's. */
export function uuidForList(expected: NodeName, id: string, field: readonly string[]): string | null {
  const reason = otherKind(expected, id)
  if (reason !== null) throw badUserInput(reason, field)
  return uuidOf(expected, id)
}
