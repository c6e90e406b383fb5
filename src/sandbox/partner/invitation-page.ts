/** Shows the invitation page, whose form links a learner to a partner account. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { html, page } from '../page.ts'
import type { Membership } from '../seed/learner.ts'
import type { PartnerWorld } from './partner-world.ts'

/** Serves GET and POST of /invitations/:invitation. `saved` settles once all changes are kept. */
export function serveInvitations(app: FastifyInstance, world: PartnerWorld, saved: () => Promise<void>): void {
  app.get('/invitations/:invitation', async (request, reply) => {
    const membership = invited(world, request.params)
    if (!membership) return send(reply, 404, unknownPage())
    return send(reply, 200, membership.learner_uuid === null ? invitationPage(membership) : linkedPage(membership))
  })
  app.post('/invitations/:invitation', async (request, reply) => {
    const membership = invited(world, request.params)
    if (!membership) return send(reply, 404, unknownPage())
    world.link(membership)
    await saved()
    return send(reply, 200, linkedPage(membership))
  })
}

function invited(world: PartnerWorld, params: unknown): Membership | undefined {
  const { invitation } = params as { invitation: string }
  return world.memberships.find((one) => one.invitation === invitation)
}

function send(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text)
}

function invitationPage({ first_name, last_name, email }: Membership): string {
  return page({
    title: 'Join your course platform account',
    body: html`<p>${first_name} ${last_name}, your university invites you to study with us as <b>${email}</b>.</p>
<form method="post"><button type="submit">Create or link my account</button></form>`,
  })
}

function linkedPage({ first_name, return_url }: Membership): string {
  const back = return_url === null ? undefined : html`<p><a href="${return_url}">Go back to your university</a></p>`
  return page({
    title: 'Your account is linked',
    body: html`<p>Thank you, ${first_name}. Courses that you were registered for are open to you now.</p>${back}`,
  })
}

function unknownPage(): string {
  return page({ title: 'No such invitation', body: html`<p>This link is not, or no longer, an invitation.</p>` })
}
