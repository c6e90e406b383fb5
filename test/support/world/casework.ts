/** Reads an operator's cases and acts on them over HTTP. */
import { newKey } from './study.ts'
import type { World } from './world.ts'

export const caseFields = `id number kind status message detail amount { amountMinor currency } actions acknowledgedBy outcome
  closedBy log { by action note }`

/** Cases of a kind that are not closed, or as the further arguments say. */
export async function casesOfKind(world: World, kind: string, more = '') {
  const document = `{ viewer { operator { cases(kind: [${kind}]${more}) { nodes { ${caseFields} } } } } }`
  const { data, errors } = await world.ask('operator', document)
  if (errors) throw new Error(JSON.stringify(errors))
  return data.viewer.operator.cases.nodes
}

/** All cases about an enrolment, the oldest first. */
export async function casesAbout(world: World, enrolmentId: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { cases { ${caseFields} } } } }`
  return (await world.ask('operator', document, { id: enrolmentId })).data.node.cases
}

/** Does it, for a reason of its own and with a new key unless others are given. */
export async function resolveCase(world: World, caseId: string, action: string, more: object = {}, who = 'operator') {
  const document = `mutation ($input: ResolveCaseInput!) { resolveCase(input: $input) {
    case { ${caseFields} } refund { id status amount { amountMinor } } enrolment { id status }
    userErrors { __typename code field message ... on ActionNotPossible { possible }
      ... on RefundAmountExceeded { maximum { amountMinor } } } } }`
  const input = { caseId, action, reason: 'As agreed on the telephone.', idempotencyKey: newKey(), ...more }
  const { data, errors } = await world.ask(who, document, { input })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.resolveCase
}
