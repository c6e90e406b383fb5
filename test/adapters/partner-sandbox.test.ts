/** Tests the partner sandbox's catalogue, with and without authentication. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import {
  all,
  call,
  enrol,
  invite,
  newRun,
  type Refused,
  reference,
  type Thing,
  token,
} from './partner-sandbox-caller.ts'

describe('authentication', () => {
  it('refuses a call without a token, with another secret, issuer or algorithm, or past its end', async () => {
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"iss":"sandbox-consumer","iat":1,"exp":9999999999}')}.`
    const tokens = [
      await token({ secret: 'another secret' }),
      await token({ iss: 'another consumer' }),
      await token({ expiresAt: '-5m' }),
      unsigned,
    ]
    const headers = [{ authorization: '' }, ...tokens.map((text) => ({ authorization: `Bearer ${text}` }))]
    for (const header of headers) {
      const answer = await call('/partners/programs', { headers: header })
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } })
    }
  })
})

describe('the catalogue', () => {
  it('lists every program exactly once, however small the pages', async () => {
    const whole = await all('/partners/programs?page_size=200')
    const paged = await all('/partners/programs?page_size=7')
    expect(whole.length).toBeGreaterThanOrEqual(44)
    expect(paged).toEqual(whole)
    expect(whole[0]).toMatchObject({ ...reference, code: expect.any(String), title: expect.any(String) })
  })

  it('answers 304 without a body to who holds the same list or thing', async () => {
    const [program] = (await call<[Thing, ...Thing[]]>('/partners/programs')).body
    for (const path of ['/partners/programs?page_size=5', '/partners/program_runs', program.href]) {
      const etag = (await call(path)).headers.get('etag') ?? 'none'
      expect(await call(path, { headers: { 'if-none-match': etag } })).toMatchObject({ status: 304, body: '' })
    }
    await call(`/_sandbox/programs/${program.code}`, { post: { title: 'Another title' } })
    const etag = (await call(program.href)).headers.get('etag')
    expect(etag).not.toBeNull()
    expect(await call(program.href, { headers: { 'if-none-match': '"old", W/"older"' } })).toMatchObject({
      status: 200,
      body: { title: 'Another title' },
    })
  })

  it('lists only what changed since an instant', async () => {
    const before = new Date(Date.now() + 60_000).toISOString()
    expect((await call(`/partners/programs?updated_since=${before}`)).body).toEqual([])
    const [{ updated_at }] = (await call<[Thing, ...Thing[]]>('/partners/programs')).body
    const later = new Date(Date.parse(updated_at) + 1).toISOString()
    await call('/_sandbox/programs/carbon-accounting', { post: { total_study_hours: 140 } })
    const changed = (await call(`/partners/programs?updated_since=${later}`)).body
    expect(changed).toMatchObject([{ code: 'carbon-accounting', total_study_hours: 140 }])
  })

  it('names the parameter that it does not understand', async () => {
    for (const [path, field] of [
      ['/partners/programs?page_size=201', 'page_size'],
      ['/partners/programs?updated_since=yesterday', 'updated_since'],
      ['/partners/program_runs?cursor=7', 'cursor'],
      ['/partners/program_runs/availability?uuids=', 'uuids'],
      [`/partners/program_enrolments?uuids=${Array.from({ length: 101 }, () => randomUUID())}`, 'uuids'],
    ] as const) {
      const answer = await call<Refused>(path)
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } })
      expect(answer.body.error.message).toContain(field)
    }
  })

  it('finds a run by its codes with a 302 that has a body, and 404 when there is none', async () => {
    const path = '/partners/program_runs/find?program_code=evidence-for-policy&program_run_code='
    const found = await call(`${path}upcoming`)
    expect(found).toMatchObject({ status: 302, body: reference })
    expect(found.headers.get('location')).toBe(found.body.href)
    const run = (await call(found.body.href)).body
    expect(run).toMatchObject({ code: 'upcoming', price: { minor: expect.any(Number), currency: 'GBP' } })
    expect((await call(run.program.href)).body.code).toBe('evidence-for-policy')
    expect(await call(`${path}never`)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  })

  it('has a page behind every address it gives out', async () => {
    const [program] = (await call<[Thing, ...Thing[]]>('/partners/programs')).body
    const run = (await all('/partners/program_runs')).find((one) => one.live_events[0]?.recording_url)
    const { join_url, recording_url } = run?.live_events[0] ?? {}
    for (const url of [program.url, program.image_url, run?.url, join_url, recording_url]) {
      expect((await fetch(url ?? 'no address')).status).toBe(200)
    }
    expect(await call(program.organisation.href)).toMatchObject({ status: 200, body: program.organisation })
  })

  it('tells the places of many runs at once, null where there is no limit', async () => {
    const [two, limitless] = [await newRun({ capacity: 2 }), await newRun({ capacity: null })]
    await enrol(await invite(), two)
    const answer = await call<{ places_remaining: number | null }[]>(
      `/partners/program_runs/availability?uuids=${two},${limitless},${randomUUID()}`,
    )
    expect(answer.body.map((one) => one.places_remaining)).toEqual([1, null])
  })
})
