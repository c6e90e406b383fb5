/** Prints the permission matrix as Markdown. */

import { type Audience, audiences, type PersonaName, personas } from './audiences.ts'
import { mutations, queries, subscriptions } from './permission-deeds.ts'
import { readable } from './permission-matrix.ts'

const everybody = audiences.everybody
const isIn = (persona: PersonaName, audience: Audience) => (audiences[audience] as readonly string[]).includes(persona)

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const head = (first: string) => [row([first, ...everybody]), row([first, ...everybody].map(() => '---'))]

/** What a persona is told who may not: in the order of the personas. */
function refusals(allowed: Audience, told: (persona: PersonaName) => string): string[] {
  return everybody.map((persona) => (isIn(persona, allowed) ? 'yes' : told(persona)))
}

const mutationRows = Object.entries(mutations).map(([name, { allowed, blind = [] }]) =>
  row([
    name,
    ...refusals(allowed, (persona) =>
      persona === 'anonymous' ? 'UNAUTHENTICATED' : blind.includes(persona) ? 'NOT_FOUND' : 'FORBIDDEN',
    ),
  ]),
)
const queryRows = Object.entries(queries).map(([name, { allowed, otherwise }]) =>
  row([name, ...refusals(allowed, () => otherwise ?? 'refused')]),
)
const plainly = (persona: PersonaName) => (persona === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN')
const subscriptionRows = Object.entries(subscriptions).map(([name, subscription]) =>
  row([name, ...refusals(subscription.allowed, subscription.plainly ? plainly : () => 'NOT_FOUND')]),
)
const typeTables = Object.entries(readable).map(([name, { fields }]) => {
  const rows = (Object.entries(fields) as [Audience, string][]).map(([audience, names]) =>
    row([names.split(/\s+/).join(', '), ...refusals(audience, () => '')]),
  )
  return [`### ${name}`, '', ...head('fields'), ...rows, ''].join('\n')
})

/** Fields, root fields among them, and those who ask. */
export const permissionCounts = {
  fields:
    Object.values(readable).flatMap(({ fields }) => Object.values(fields).flatMap((names) => names.split(/\s+/)))
      .length + [mutations, queries, subscriptions].flatMap(Object.keys).length,
  personas: everybody.length,
}

export function permissionTable(): string {
  return [
    '# Who may see and do what',
    '',
    'Things belong to `owner`, who applied to the institution of `staff` and `machine`. Whoever is not named for a field finds',
    'null there, or does not reach its type. In the local world they are:',
    Object.entries(personas)
      .map(([name, persona]) => `${name} ${persona ? `(${persona})` : '(no token)'}`)
      .join(', '),
    '',
    '## Mutations',
    '',
    ...head('mutation'),
    ...mutationRows,
    '',
    '## Queries',
    '',
    ...head('query'),
    ...queryRows,
    '',
    '## Subscriptions',
    '',
    ...head('subscription'),
    ...subscriptionRows,
    '',
    '## Fields',
    '',
    ...typeTables,
  ].join('\n')
}

if (process.argv[1] === import.meta.filename) console.log(permissionTable())
