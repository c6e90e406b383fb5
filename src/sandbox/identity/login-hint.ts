/** Signs in the persona that `login_hint` names, without a page. */
import { interactionPolicy, type Prompt } from 'oidc-provider'
import { findPersona, type Persona } from './persona.ts'

/** The person of that name; undefined for nobody, and for machines. */
export function hintedPerson(hint: string | undefined): Persona | undefined {
  const persona = hint === undefined ? undefined : findPersona(hint)
  return persona?.kind === 'person' ? persona : undefined
}

/** When somebody has to sign in: as everywhere, and when another is signed in than the one that is named. */
export function loginPolicy(): Prompt[] {
  const policy = interactionPolicy.base()
  const isAnother = new interactionPolicy.Check('login_hint', 'another person is signed in', ({ oidc }) => {
    const hinted = hintedPerson(oidc.params.login_hint)
    return hinted !== undefined && hinted.sub !== oidc.session.accountId
  })
  policy.get('login').checks.add(isAnother)
  return policy
}
