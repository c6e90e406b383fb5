/** Tests that a front end on any port signs ada in and asks. */
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { type Browser, chromium } from 'playwright-core'
import { needing } from '../support/world/needing.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(60_000)

const executablePath = '/usr/bin/chromium'
const { describe: inChromium } = needing(`Chromium (${executablePath})`, existsSync(executablePath))

/** All that a front end needs, without a library: code and PKCE, then a question. */
const frontEnd = (graphql: string, issuer: string) => `<!doctype html><title>front end</title><script type="module">
  const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const { searchParams, pathname, origin } = new URL(location.href)
  const redirect_uri = origin + '/signed/in'
  const { authorization_endpoint, token_endpoint } = await (await fetch('${issuer}/.well-known/openid-configuration')).json()
  if (pathname === '/signed/in') {
    const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'local-app', redirect_uri,
      code: searchParams.get('code'), code_verifier: sessionStorage.verifier })
    const { access_token, expires_in } = await (await fetch(token_endpoint, { method: 'POST', body })).json()
    const answer = await fetch('${graphql}', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + access_token },
      body: JSON.stringify({ query: '{ viewer { learner { displayName } } courses(first: 1) { nodes { title } } }' }),
    })
    const personas = await (await fetch('${issuer}/_sandbox/personas')).json()
    window.shown = { ...(await answer.json()), expires_in, personas: personas.personas.length }
  } else if (pathname === '/') {
    const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)))
    sessionStorage.verifier = verifier
    const code_challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)))
    location.href = authorization_endpoint + '?' + new URLSearchParams({ client_id: 'local-app', response_type: 'code',
      scope: 'openid email profile', redirect_uri, code_challenge, code_challenge_method: 'S256',
      login_hint: searchParams.get('as') })
  }
</script>`

inChromium('a page on a port of its own', () => {
  let world: World
  let browser: Browser
  let server: Server
  let origin: string
  beforeAll(async () => {
    world = await startWorld()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    const html = frontEnd(`${world.url}/graphql`, world.environment.OIDC_ISSUER ?? '')
    server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await browser?.close()
    await new Promise((resolve) => server?.close(resolve))
    await world?.close()
  })

  it('signs in whom it names, one after the other, and asks as them', async () => {
    const page = await browser.newPage()
    for (const [persona, name] of [
      ['ada', 'Ada'],
      ['grace', 'Grace'],
    ]) {
      await page.goto(`${origin}/?as=${persona}`)
      await page.waitForURL(`${origin}/signed/in?**`)
      await page.waitForFunction('window.shown')
      expect(await page.evaluate('window.shown')).toMatchObject({
        data: {
          viewer: { learner: { displayName: expect.stringContaining(name as string) } },
          courses: { nodes: [{ title: expect.any(String) }] },
        },
        expires_in: 8 * 3600,
        personas: expect.any(Number),
      })
    }
    await page.close()
  })

  it('signs out and is come back to', async () => {
    const page = await browser.newPage()
    await page.goto(`${origin}/?as=ada`)
    await page.waitForFunction('window.shown')
    const back = `${origin}/signed/out`
    const search = new URLSearchParams({ client_id: 'local-app', post_logout_redirect_uri: back })
    await page.goto(`${world.environment.OIDC_ISSUER}/session/end?${search}`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(back)
    await page.close()
  })
})
