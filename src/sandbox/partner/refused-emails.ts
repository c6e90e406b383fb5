/** Refuses learners whose e-mail address the partner was told not to take. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { problems } from './api-answers.ts'

/** Serves POST /_sandbox/emails `{refused}`: all that are refused from then on. Answers whether an address is. */
export function registerEmailControl(app: FastifyInstance): (email: string) => boolean {
  const request = z.strictObject({ refused: z.array(z.string().min(1)).max(1_000) })
  let refused: ReadonlySet<string> = new Set()
  app.post('/_sandbox/emails', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: problems(asked.error) })
    refused = new Set(asked.data.refused.map((email) => email.toLowerCase()))
    return asked.data
  })
  return (email) => refused.has(email.toLowerCase())
}
