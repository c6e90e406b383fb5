/** Lists the state tables, and writes their causes into the graph's description of them. */
import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import { creditRecordStates, creditRestorations } from './credit/credit-record.states.ts'
import { enrolmentStates } from './enrolments/enrolment.states.ts'
import { disputeStates } from './payments/dispute.states.ts'
import { correctionsToMatchTheProvider, paymentStates } from './payments/payment.states.ts'
import { refundStates } from './payments/refund.states.ts'
import { HistoryEntry } from './store/history.ts'
import type { States } from './store/states.ts'
import { transferApplicationStates } from './transfers/applications/transfer-application.states.ts'

/** Those of one noun stand together: the ordinary one first, then what it does not have. */
export const stateTables: readonly States<string>[] = [
  enrolmentStates,
  paymentStates,
  correctionsToMatchTheProvider,
  refundStates,
  disputeStates,
  creditRecordStates,
  creditRestorations,
  transferApplicationStates,
]

/** Every code that `HistoryEntry.cause` can have, by noun, in the order of the alphabet. */
export function causesByNoun(): Map<string, string[]> {
  const tables = Map.groupBy(stateTables, ({ noun }) => noun)
  return new Map([...tables].map(([noun, all]) => [noun, [...new Set(all.flatMap(causesIn))].toSorted()]))
}

const causesIn = ({ begins = {}, moves, notes = [] }: States<string>): string[] => [
  ...notes,
  ...[begins, ...Object.values(moves)].flatMap((edges) => Object.values(edges).flatMap((causes) => causes ?? [])),
]

/** Adds them to the field's description, from the tables, so that the two cannot differ. */
export function describeCauses(schema: GraphQLSchema): GraphQLSchema {
  const { cause } = (schema.getType(HistoryEntry.name) as GraphQLObjectType).getFields()
  const lists = [...causesByNoun()].map(([noun, causes]) => `- ${noun}: ${causes.join(', ')}.`)
  cause!.description = [cause!.description, ...lists].join('\n')
  return schema
}
