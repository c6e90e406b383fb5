/** Lists the people and machines of the local world with their token claims. */

export interface Persona {
  /** What `npm run token` is asked for. */
  name: string
  /** The token's subject. */
  sub: string
  kind: 'person' | 'machine'
  /** Said of the subject besides `sub`; for a person also in the ID token. */
  claims: {
    email?: string
    given_name?: string
    family_name?: string
    name?: string
    zoneinfo?: string
    roles: ('learner' | 'staff' | 'operator' | 'institution-client' | 'router')[]
    /** Slug of the institution that staff and machines act for. */
    institution?: string
  }
}

const person = (
  sub: string,
  [given_name, family_name]: [string, string],
  zoneinfo: string,
  more: Pick<Persona['claims'], 'roles' | 'institution'>,
): Persona => ({
  name: sub,
  sub,
  kind: 'person',
  claims: {
    email: `${sub}@example.org`,
    given_name,
    family_name,
    name: `${given_name} ${family_name}`,
    zoneinfo,
    ...more,
  },
})

const machine = (clientId: string, claims: Persona['claims']): Persona => ({
  name: clientId,
  sub: clientId,
  kind: 'machine',
  claims,
})

export const personas: readonly Persona[] = [
  person('ada', ['Ada', 'Lovelace'], 'Asia/Singapore', { roles: ['learner'] }),
  person('grace', ['Grace', 'Hopper'], 'America/New_York', { roles: ['learner'] }),
  person('registrar', ['Rosa', 'Okafor'], 'Europe/London', { roles: ['staff'], institution: 'the-open-university' }),
  person('registrar-2', ['Idris', 'Farrell'], 'Europe/London', {
    roles: ['staff'],
    institution: 'university-of-northmoor',
  }),
  person('operator', ['Olu', 'Brandt'], 'Europe/London', { roles: ['operator'] }),
  machine('institution-client', { roles: ['institution-client'], institution: 'the-open-university' }),
  machine('institution-client-2', { roles: ['institution-client'], institution: 'university-of-northmoor' }),
  machine('router', { roles: ['router'] }),
]

/** What can be asked for, in one line. */
export const personaList = [...personas.map(({ name }) => name), 'learner:<name>'].join(', ')

const learnerName = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/

/** The persona of that name, any `learner:<name>` included; undefined when there is none. */
export function findPersona(name: string): Persona | undefined {
  const known = personas.find((persona) => persona.name === name)
  if (known || !name.startsWith('learner:')) return known
  const sub = name.slice('learner:'.length)
  if (isTaken(sub) || !learnerName.test(sub)) return undefined
  return furtherLearner(sub)
}

/** Who a token's subject is; learners further than the seed are made from their name alone. */
export function personaOfSubject(sub: string): Persona | undefined {
  return personas.find((persona) => persona.sub === sub) ?? findPersona(`learner:${sub}`)
}

/** A free name must not borrow the subject of somebody who is more, or other, than a learner. */
function isTaken(sub: string): boolean {
  return personas.some((persona) => persona.sub === sub)
}

function furtherLearner(sub: string): Persona {
  const given = sub.charAt(0).toUpperCase() + sub.slice(1)
  return person(sub, [given, 'Learner'], 'Europe/London', { roles: ['learner'] })
}
