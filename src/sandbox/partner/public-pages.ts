/** Serves the partner's public pages, so that every link in its answers works. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { html, type Markup, page } from '../page.ts'
import type { PartnerWorld } from './partner-world.ts'

export function servePublicPages(app: FastifyInstance, world: PartnerWorld): void {
  app.get('/courses/:code', async (request, reply) => {
    const program = world.programByCode((request.params as { code: string }).code)
    if (!program) return missing(reply)
    const runs = world.runs.filter((run) => run.program_uuid === program.uuid)
    const list = runs.map((run) => html`<li><a href="/courses/${program.code}/runs/${run.code}">${run.code}</a></li>`)
    return show(reply, program.title, html`<p>${program.introduction}</p><ul>${list}</ul>`)
  })
  app.get('/courses/:code/runs/:run', async (request, reply) => {
    const { code, run: runCode } = request.params as { code: string; run: string }
    const program = world.programByCode(code)
    const run = world.runs.find((one) => one.program_uuid === program?.uuid && one.code === runCode)
    if (!program || !run) return missing(reply)
    const starts = run.start_time ?? 'a day to be announced'
    return show(reply, program.title, html`<p>Starts ${starts} (${run.time_zone}), ${run.weeks_count} weeks.</p>`)
  })
  app.get('/study/:uuid', async (request, reply) => {
    const enrolment = world.enrolment((request.params as { uuid: string }).uuid)
    const run = enrolment && world.run(enrolment.run_uuid)
    const program = run && world.program(run.program_uuid)
    if (!program || enrolment?.status !== 'active') return missing(reply)
    return show(reply, program.title, html`<p>${Math.round(enrolment.steps_completed_ratio * 100)} % completed.</p>`)
  })
  for (const path of ['/live/:uuid', '/live/:uuid/recording']) {
    app.get(path, async (request, reply) => {
      const { uuid } = request.params as { uuid: string }
      const event = world.runs.flatMap((run) => run.live_events).find((one) => one.uuid === uuid)
      if (!event || (path.endsWith('recording') && !event.recorded)) return missing(reply)
      return show(reply, event.title, html`<p>${event.start_time}, ${event.duration_minutes} minutes.</p>`)
    })
  }
  app.get('/images/:picture', async (request, reply) => {
    const code = (request.params as { picture: string }).picture.replace(/\.svg$/, '')
    const program = world.programByCode(code)
    if (!program) return missing(reply)
    const hue = [...code].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
    const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" role="img"><title>${program.title}</title><rect width="640" height="360" fill="hsl(${hue} 45% 35%)"/><circle cx="${hue + 140}" cy="180" r="120" fill="hsl(${hue + 40} 60% 60%)"/></svg>`
    return reply.type('image/svg+xml').send(picture.text)
  })
}

function show(reply: FastifyReply, title: string, body: Markup): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page({ title, body }))
}

function missing(reply: FastifyReply): FastifyReply {
  const text = page({ title: 'Not found', body: html`<p>There is nothing at this address.</p>` })
  return reply.code(404).type('text/html; charset=utf-8').send(text)
}
