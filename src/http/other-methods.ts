/** Answers 405 with Allow where an address does not know the method. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

/** What an address answers, and whose hooks run before. */
interface Known {
  scope: FastifyInstance
  methods: Set<string>
}

/**
 * Watches the routes that are added from now on. Answers how to end: each of their addresses then has an answer to every
 * method, `refuse` being what sends the 405. Preflights of browsers are answered before it.
 */
export function refuseOtherMethods(
  fastify: FastifyInstance,
  refuse: (request: FastifyRequest, reply: FastifyReply, allow: string) => unknown,
): () => void {
  const addresses = new Map<string, Known>()
  let watching = true
  fastify.addHook('onRoute', function (this: FastifyInstance, { url, method }) {
    if (!watching || url === '*') return
    const known = addresses.get(url) ?? { scope: this, methods: new Set() }
    for (const one of [method].flat()) known.methods.add(one)
    addresses.set(url, known)
  })
  return () => {
    watching = false
    for (const [url, { scope, methods: taken }] of addresses) {
      const allow = [...taken, 'OPTIONS'].join(', ')
      scope.route({
        url,
        method: methods.filter((one) => !taken.has(one)),
        // Before a body is read that nobody wants.
        onRequest: (request, reply, _done) => {
          if (request.method === 'OPTIONS') reply.code(204).header('allow', allow).send()
          else refuse(request, reply, allow)
        },
        handler: () => undefined,
      })
    }
  }
}
