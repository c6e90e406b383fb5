/** Tests the tokens that the identity sandbox gives to persons and machines. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { identity, opened, started, verified } from './identity-sandbox-caller.ts'

async function askToken(body: object) {
  const answer = await fetch(`${identity.url}/_sandbox/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const json = (await answer.json()) as { access_token: string; error: string }
  return { status: answer.status, body: json }
}

describe('the token call', () => {
  it('gives every persona a token that says who they are', async () => {
    const said = {
      ada: { given_name: 'Ada', family_name: 'Lovelace', zoneinfo: 'Asia/Singapore', roles: ['learner'] },
      grace: { name: 'Grace Hopper', zoneinfo: 'America/New_York', roles: ['learner'] },
      registrar: { roles: ['staff'], institution: 'the-open-university' },
      'registrar-2': { roles: ['staff'], institution: 'university-of-northmoor' },
      operator: { roles: ['operator'] },
      'institution-client': { roles: ['institution-client'], institution: 'the-open-university' },
      'institution-client-2': { roles: ['institution-client'], institution: 'university-of-northmoor' },
      router: { roles: ['router'], client_id: 'router' },
    }
    for (const [persona, claims] of Object.entries(said)) {
      const answer = await askToken({ persona })
      expect(answer).toMatchObject({ status: 200, body: { expires_in: 28_800, token_type: 'Bearer' } })
      expect(await verified(answer.body.access_token)).toMatchObject({ sub: persona, ...claims })
    }
  })

  it('makes any further learner on first use, but never one with the subject of a persona', async () => {
    const { body } = await askToken({ persona: 'learner:zoe' })
    const zoe = { sub: 'zoe', email: 'zoe@example.org', given_name: 'Zoe', roles: ['learner'], client_id: 'graphiql' }
    expect(await verified(body.access_token)).toMatchObject(zoe)
    for (const persona of ['learner:registrar', 'learner:', 'learner:Z oe', 'nobody']) {
      const refused = await askToken({ persona })
      expect(refused.status).toBe(400)
      expect(refused.body.error).toContain('ada, grace, registrar, registrar-2, operator, institution-client')
    }
  })

  it('gives a token that has expired already when asked to, and names what it does not understand', async () => {
    const { body } = await askToken({ persona: 'ada', expires_in: -60 })
    await expect(verified(body.access_token)).rejects.toThrow('"exp" claim timestamp check failed')
    for (const [wrong, field] of [
      [{ persona: 'ada', expires_in: 'soon' }, 'expires_in'],
      [{ person: 'ada' }, 'persona'],
    ] as const) {
      const refused = await askToken(wrong)
      expect(refused.status).toBe(400)
      expect(refused.body.error).toContain(field)
    }
  })

  it('may be called by pages of this machine and by no other', async () => {
    const allowed = async (origin: string) => {
      const answer = await fetch(`${identity.url}/_sandbox/token`, { method: 'OPTIONS', headers: { origin } })
      return answer.headers.get('access-control-allow-origin')
    }
    expect(await allowed('http://127.0.0.1:4000')).toBe('http://127.0.0.1:4000')
    expect(await allowed('https://example.org')).toBeNull()
  })
})

describe('the token command', () => {
  const run = (issuer: string, ...words: string[]) =>
    promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/sandbox/token.ts', ...words], {
      env: { ...process.env, OIDC_ISSUER: issuer },
    })

  it('prints the token and nothing else', async () => {
    const { stdout, stderr } = await run(identity.url, 'ada')
    expect(await verified(stdout.trim())).toMatchObject({ sub: 'ada' })
    expect([stdout.split('\n').length, stderr]).toEqual([2, ''])
  })

  it('says in one line what is wrong, and fails', async () => {
    const failed = (issuer: string, ...words: string[]) => run(issuer, ...words).catch((problem) => problem)
    expect(await failed(identity.url, 'nobody')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^persona: there is no nobody; expected one of ada.*\n$/),
    })
    expect(await failed(identity.url)).toMatchObject({ code: 1, stderr: expect.stringContaining('Say for whom') })
    await identity.close()
    expect(await failed(identity.url, 'ada')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The identity sandbox does not answer at .*\n$/),
    })
  })
})

describe('a machine', () => {
  const ask = (clientId: string, secret: string) =>
    fetch(`${identity.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })

  it('gets its token for its own credentials only', async () => {
    const answer = await ask('institution-client', 'sandbox-client-secret')
    expect(answer.status).toBe(200)
    const { access_token } = (await answer.json()) as { access_token: string }
    expect(await verified(access_token)).toMatchObject({
      client_id: 'institution-client',
      sub: 'institution-client',
      roles: ['institution-client'],
      institution: 'the-open-university',
    })
    expect((await ask('institution-client', 'wrong')).status).toBe(401)
  })

  it('that is a router gets the role of one, by its credentials', async () => {
    const { access_token } = (await (await ask('router', 'sandbox-client-secret')).json()) as { access_token: string }
    expect(await verified(access_token)).toMatchObject({ client_id: 'router', sub: 'router', roles: ['router'] })
    expect((await ask('router', 'wrong')).status).toBe(401)
  })
})

describe('a restart', () => {
  it('keeps the keys, so that tokens made before still hold', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'identity-sandbox-'))
    opened.unshift({ close: () => rm(folder, { recursive: true }) })
    const stateFile = join(folder, 'identity.json')
    await started({ stateFile })
    const { body } = await askToken({ persona: 'ada' })
    const port = Number(new URL(identity.url).port)
    await identity.close()
    await started({ stateFile, port })
    expect(await verified(body.access_token)).toMatchObject({ sub: 'ada' })
  })
})
