/** Runs the HTTP server under every sandbox, closing at once when stopped. */
import Fastify, { type FastifyInstance } from 'fastify'
import { type FrontPage, serveFrontPage } from './front-page.ts'
import { openControlsToThisMachine } from './loopback.ts'

/**
 * A fastify server without routes but its front page. JSON bodies arrive parsed and an empty body as undefined;
 * forms arrive as the text that was sent, because providers read their brackets differently.
 */
export function createProviderServer(front: FrontPage): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true, bodyLimit: 1_048_576 })
  openControlsToThisMachine(app)
  serveFrontPage(app, front)
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined)
    try {
      done(null, JSON.parse(text as string))
    } catch {
      done(Object.assign(new Error('the body is not JSON'), { statusCode: 400 }), undefined)
    }
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
    done(null, text)
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text || undefined))
  return app
}
