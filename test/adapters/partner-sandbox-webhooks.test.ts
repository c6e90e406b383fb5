/** Tests the partner sandbox's webhooks and that its state survives a restart. */
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import {
  all,
  call,
  enrol,
  invite,
  link,
  newRun,
  opened,
  options,
  partner,
  reference,
  started,
  type Thing,
  token,
} from './partner-sandbox-caller.ts'

describe('webhooks', () => {
  /** A gateway that refuses the first call; `heard(n)` settles once n calls have come. */
  async function listener() {
    const calls: { body: string; signature: string | undefined }[] = []
    const waiting: { count: number; resolve: () => void }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        calls.push({ body, signature: request.headers['x-fl-signature'] as string | undefined })
        response.writeHead(calls.length === 1 ? 503 : 202).end()
        for (const one of waiting) if (calls.length >= one.count) one.resolve()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    opened.push({
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    })
    const heard = (count: number) =>
      new Promise<void>((resolve) => {
        if (calls.length >= count) resolve()
        else waiting.push({ count, resolve })
      })
    return { calls, heard, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/webhooks/partner` }
  }

  it('are thin, signed, sent until they are taken, and told for links, enrolments, runs and programs', async () => {
    const gateway = await listener()
    partner.setWebhookUrl(gateway.url)
    const run = await newRun()
    await gateway.heard(2)
    expect(gateway.calls[0]).toEqual(gateway.calls[1])
    const membership = await invite()
    await enrol(membership, run)
    await link(membership)
    await call(`/_sandbox/program_runs/${run}`, { post: { capacity: 5 } })
    await call('/_sandbox/programs/carbon-accounting', { post: { title: 'Counting Carbon' } })
    await gateway.heard(8)
    for (const { body, signature } of gateway.calls) {
      const expected = createHmac('sha256', options.webhookSecret).update(body).digest('base64')
      expect(signature).toBe(expected)
      expect(Object.keys(JSON.parse(body)).sort()).toEqual(['href', 'type', 'uuid'])
    }
    const types = gateway.calls.slice(1).map(({ body }) => JSON.parse(body).type)
    expect(types.sort()).toEqual([
      'membership.created',
      'membership.linked',
      'program.updated',
      'program_enrolment.activated',
      'program_enrolment.created',
      'program_run.created',
      'program_run.updated',
    ])
    const linked = gateway.calls.map(({ body }) => JSON.parse(body)).find(({ type }) => type === 'membership.linked')
    expect((await call(linked.href)).body.uuid).toBe(membership.uuid)
    expect((await call('/_sandbox/webhooks')).body).toEqual({ mode: 'deliver', pending: 0 })
  })

  it('wait while they are held', async () => {
    const gateway = await listener()
    partner.setWebhookUrl(gateway.url)
    await call('/_sandbox/webhooks', { post: { mode: 'hold' } })
    await newRun()
    expect((await call('/_sandbox/webhooks')).body).toEqual({ mode: 'hold', pending: 1 })
    expect(gateway.calls).toEqual([])
    await call('/_sandbox/webhooks/flush', { post: {} })
    await gateway.heard(1)
  })
})

describe('a restart', () => {
  it('keeps memberships, enrolments, new runs and changes, and gives seeded things the same uuids', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'partner-sandbox-'))
    opened.unshift({ close: () => rm(folder, { recursive: true }) })
    const stateFile = join(folder, 'partner.json')
    await started({ stateFile })
    const membership = await invite()
    await link(membership)
    const run = await newRun({ code: 'kept' })
    const enrolment = (await enrol(membership, run)).body
    await call('/_sandbox/programs/carbon-accounting', { post: { title: 'Counting Carbon' } })
    const uuidsOf = async (path: string) => (await all(path)).map(({ uuid }) => uuid).sort()
    const before = [await uuidsOf('/partners/programs'), await uuidsOf('/partners/program_runs')]
    await partner.close()

    const tomorrow = () => new Date(Date.now() + 86_400_000)
    await started({ stateFile, now: tomorrow })
    const bearer = { authorization: `Bearer ${await token({ expiresAt: '2d' })}` }
    const get = <Body>(path: string) => call<Body>(path, { headers: bearer }).then((answer) => answer.body)
    const programs = await get<Thing[]>('/partners/programs?page_size=200')
    const runs = await get<Thing[]>('/partners/program_runs?page_size=200')
    expect([programs, runs].map((list) => list.map(({ uuid }) => uuid).sort())).toEqual(before)
    expect(programs.find(({ code }) => code === 'carbon-accounting')?.title).toBe('Counting Carbon')
    expect(await get(`/partners/program_runs/${run}`)).toMatchObject({ code: 'kept' })
    expect(await get(`/partners/program_enrolments/${enrolment.uuid}`)).toMatchObject({ status: 'active' })
    expect(await get(`/partners/organisation_memberships/${membership.uuid}`)).toMatchObject({ learner: reference })
  })
})
