/** Lists a mutation and a subscription of each kind, as the permission matrix asks them. */

import { type PersonaName, personas } from '../support/permissions/audiences.ts'
import { mutations, subscriptions } from '../support/permissions/permission-deeds.ts'
import type { Ground, WorstInput } from './worst-inputs.ts'

const personaOf: Record<string, PersonaName> = { operator: 'operator', institution: 'staff' }

export function subscriptionInputs(ground: Ground): WorstInput[] {
  return Object.entries(subscriptions).map(([name, { ask }]) => ({
    name: `subscription ${name}`,
    persona: personas.owner,
    document: `subscription { ${ask(ground)} }`,
  }))
}

/** With keys that are new each time where a mutation has any: `round` is another each time. */
export function mutationInputs(ground: Ground, round: number): WorstInput[] {
  return Object.entries(mutations).map(([name, { allowed, input }]) => {
    const given = input(ground) as Record<string, unknown>
    if ('idempotencyKey' in given) given.idempotencyKey = `round-${round}`
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
    return {
      name,
      persona: personas[personaOf[allowed] ?? 'owner'],
      document: `mutation ($i: ${type}) { ${name}(input: $i) { userErrors { code message } } }`,
      variables: { i: given },
    }
  })
}
