/** Shows what the mail sandbox was sent. */
import type { FastifyInstance } from 'fastify'
import { html, page } from '../page.ts'

export interface KeptMail {
  messageId: string
  from: string
  to: string
  subject: string
  text: string
  language: string | null
  receivedAt: string
}

export function serveInbox(app: FastifyInstance, messages: () => readonly KeptMail[]): void {
  app.get('/inbox', async (_request, reply) => {
    const newest = messages().toReversed()
    const list = newest.map(
      ({ subject, to, from, receivedAt, messageId, text, language }) =>
        html`<section lang="${language ?? undefined}"><h2>${subject}</h2><p><small>To ${to}, from ${from}, ${receivedAt}, ${messageId}</small></p><pre class="text">${text}</pre></section>`,
    )
    const body = newest.length === 0 ? html`<p>Nothing came yet.</p>` : html`${list}`
    return reply.type('text/html; charset=utf-8').send(page({ title: 'Mail', body, wide: true }))
  })
}
