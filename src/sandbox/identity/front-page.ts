/** Lists what the front page of the identity provider explains. */
import { clockControls, type FrontPage } from '../front-page.ts'
import { personaList } from './persona.ts'

export const identityFrontPage: FrontPage = {
  title: 'Identity provider of the local world',
  intro: `An OpenID Connect provider with personas in place of passwords: ${personaList}. Front ends use the public client local-app: authorization code with PKCE, no secret, any address of this machine as redirect_uri. login_hint=ada signs ada in without a page.`,
  addresses: [
    { path: '/.well-known/openid-configuration', what: 'What an OpenID Connect library has to know.' },
    { path: '/auth', what: 'Where a browser is sent to sign in.' },
  ],
  controls: [
    {
      method: 'POST',
      path: '/_sandbox/token',
      does: 'A bearer token for a persona, or for any further learner:<name>.',
      examples: [{ persona: 'ada' }],
    },
    { method: 'GET', path: '/_sandbox/personas', does: 'Who there is.' },
    ...clockControls,
  ],
}
