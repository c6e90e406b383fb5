/** Shows the sign-in page, where a persona or any learner's name is chosen. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { errors, type Provider } from 'oidc-provider'
import { html, page } from '../page.ts'
import { hintedPerson } from './login-hint.ts'
import { brokenOffPage } from './openid-provider.ts'
import { findPersona, personas } from './persona.ts'

const htmlType = 'text/html; charset=utf-8'

/** Serves GET and POST /interaction/:uid, where the provider sends whoever has to sign in. */
export function serveLogin(app: FastifyInstance, provider: () => Promise<Provider>): void {
  app.setErrorHandler((problem, _request, reply) => {
    if (!(problem instanceof errors.SessionNotFound)) throw problem
    return reply.code(400).type(htmlType).send(brokenOffPage('This sign-in is over, or was begun in another browser.'))
  })
  app.get('/interaction/:uid', async (request, reply) => {
    const openid = await provider()
    const { prompt, params } = await openid.interactionDetails(request.raw, reply.raw)
    if (prompt.name !== 'consent') {
      const hinted = hintedPerson(params.login_hint)
      if (hinted === undefined) return show(reply, 200, hintProblem(params.login_hint))
      reply.hijack()
      const login = { login: { accountId: hinted.sub } }
      await openid.interactionFinished(request.raw, reply.raw, login, { mergeWithLastSubmission: false })
      return reply
    }
    reply.hijack()
    await openid.interactionFinished(request.raw, reply.raw, { consent: {} }, { mergeWithLastSubmission: true })
    return reply
  })
  app.post('/interaction/:uid', async (request, reply) => {
    const openid = await provider()
    await openid.interactionDetails(request.raw, reply.raw)
    const form = new URLSearchParams(String(request.body ?? ''))
    const learner = form.get('learner')?.trim()
    const persona = findPersona(learner ? `learner:${learner}` : (form.get('persona') ?? ''))
    if (persona?.kind !== 'person') {
      return show(
        reply,
        400,
        `There is no ${learner || 'such person'} here: lower-case letters and digits make a new one.`,
      )
    }
    reply.hijack()
    const login = { login: { accountId: persona.sub } }
    await openid.interactionFinished(request.raw, reply.raw, login, { mergeWithLastSubmission: false })
    return reply
  })
}

function hintProblem(hint: string | undefined): string | undefined {
  return hint === undefined ? undefined : `login_hint names ${hint}, and there is no such person here.`
}

function show(reply: FastifyReply, status: number, problem?: string): FastifyReply {
  const people = personas.filter(({ kind }) => kind === 'person')
  const text = page({
    title: 'Sign in to the local world',
    ...(problem === undefined ? {} : { problem }),
    body: html`<form method="post">
${people.map(({ sub, claims }) => html`<button type="submit" name="persona" value="${sub}">${claims.name} (${sub}, ${claims.roles.join(', ')})</button>`)}
</form>
<form method="post">
<label for="learner">Or as any other learner</label>
<input id="learner" name="learner" autocomplete="off" required pattern="[a-z0-9][a-z0-9._\\-]*">
<button type="submit">Sign in</button>
</form>`,
  })
  return reply.code(status).type(htmlType).send(text)
}
