/** Tests, in Chromium too, that no page of another origin reaches a resolver. */
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { type Browser, chromium } from 'playwright-core'
import { needing } from '../support/world/needing.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

jest.setTimeout(60_000)

const executablePath = '/usr/bin/chromium'
const { describe: inChromium } = needing(`Chromium (${executablePath})`, existsSync(executablePath))

const allowed = 'https://app.example.org'
let server: SmallServer
/** Operations that reached the executor. */
let reached: string[]
beforeEach(async () => {
  reached = []
  const schema = smallSchema()
  const executor = smallExecutor(schema)
  const admit = executor.admit.bind(executor)
  executor.admit = (execution) => {
    reached.push(execution.operationName ?? 'unnamed')
    return admit(execution)
  }
  server = await startSmallServer({ schema, executor, allowedOrigins: [allowed, 'http://localhost:*'] })
})
afterEach(() => server.close())

describe.each(['/graphql', '/graphql/stream'])('a GET of %s', (path) => {
  const statusOf = async (headers: Record<string, string>) => {
    const answer = await fetch(`${server.url}${path}?query={hello}`, { headers })
    await answer.body?.cancel()
    return answer.status
  }

  it.each<[string, Record<string, string>]>([
    ['of a client that is no browser', {}],
    ["of the gateway's own page", { 'sec-fetch-site': 'same-origin' }],
    ['that somebody typed', { 'sec-fetch-site': 'none' }],
    ['of an allowed origin', { origin: allowed, 'sec-fetch-site': 'cross-site' }],
    ['of a front end on any port of this machine', { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }],
    ['with a header that needs a preflight', { 'apollo-require-preflight': '1', 'sec-fetch-site': 'cross-site' }],
    ["with Apollo's name of the operation", { 'x-apollo-operation-name': 'Q', 'sec-fetch-site': 'cross-site' }],
    ['with a token', { authorization: 'Bearer x', origin: 'https://evil.example' }],
    ['with a content type that no form has', { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }],
  ])('%s is answered', async (_whose, headers) => {
    expect(await statusOf(headers)).toBe(200)
  })

  it.each<[string, Record<string, string>]>([
    ['an image, script or form of another site', { 'sec-fetch-site': 'cross-site' }],
    ['one of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['a script of another origin', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['an origin that only begins like an allowed one', { origin: `${allowed}.evil.example` }],
    ['a form of another site', { 'content-type': 'text/plain; a=application/json', 'sec-fetch-site': 'cross-site' }],
  ])('of %s is refused', async (_whose, headers) => {
    expect(await statusOf(headers)).toBe(403)
    expect(reached).toEqual([])
  })
})

inChromium('in Chromium', () => {
  let browser: Browser
  let elsewhere: Server
  let html = ''
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    elsewhere = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html))
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await browser?.close()
    await new Promise((resolve) => elsewhere?.close(resolve))
  })
  const portOf = (address: Server) => (address.address() as AddressInfo).port

  /** Every way in which a page asks another origin without its leave. */
  const attempts = (graphql: string, mutation: string) => `<!doctype html><title>elsewhere</title>
    <img src="${graphql}&operationName=Image"><script src="${graphql}&operationName=Script"></script>
    <link rel="stylesheet" href="${graphql}&operationName=Style"><iframe src="${graphql}&operationName=Frame"></iframe>
    <video src="${graphql}&operationName=Video"></video><object data="${graphql}&operationName=Object"></object>
    <iframe name="target"></iframe>
    <form id="get" target="target" action="${graphql.split('?')[0]}"><input name="query" value="query Form { hello }"></form>
    <form id="post" target="target" method="post" enctype="text/plain" action="${graphql.split('?')[0]}">
      <input name='{"query":"${mutation}","x":"' value='"}'></form>
    <form id="urlencoded" target="target" method="post" action="${graphql.split('?')[0]}"><input name="query" value="${mutation}"></form>
    <script>
      const url = '${graphql}'
      const endpoint = url.split('?')[0]
      const body = JSON.stringify({ query: '${mutation}' })
      const quiet = () => undefined
      const asked = [
        fetch(url + '&operationName=Fetch', { mode: 'no-cors' }).catch(quiet),
        fetch(url + '&operationName=Cors').catch(quiet),
        fetch(url + '&operationName=Head', { method: 'HEAD', mode: 'no-cors' }).catch(quiet),
        fetch(endpoint, { method: 'POST', mode: 'no-cors', body }).catch(quiet),
        fetch(endpoint, { method: 'POST', mode: 'no-cors', body: new Blob([body]) }).catch(quiet),
        fetch(endpoint, { method: 'POST', mode: 'no-cors', body: new Blob([body], { type: 'application/json' }) }).catch(quiet),
        fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(quiet),
        fetch(endpoint, { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ query: '${mutation}' }) }).catch(quiet),
        new Promise((resolve) => (new EventSource(url + '&operationName=Events').onerror = resolve)),
        new Promise((resolve) => (new WebSocket(endpoint.replace('http', 'ws'), 'graphql-transport-ws').onclose = resolve)),
      ]
      navigator.sendBeacon(endpoint, body)
      const sent = (id) => new Promise((resolve) => {
        document.querySelector('[name=target]').onload = resolve
        document.getElementById(id).submit()
      })
      Promise.all(asked).then(() => sent('get')).then(() => sent('post')).then(() => sent('urlencoded'))
        .then(() => (document.title = 'tried'))
    </script>`

  it.each(['/graphql', '/graphql/stream'])('nothing of another origin reaches a resolver at %s', async (path) => {
    const named = ['Image', 'Script', 'Style', 'Frame', 'Video', 'Object', 'Fetch', 'Cors', 'Head', 'Events']
    const query = named.map((name) => `query ${name} { hello }`).join(' ')
    html = attempts(
      `${server.url}${path}?query=${encodeURIComponent(query)}`,
      'mutation Post { add(name: 1) { name } }',
    )
    const page = await browser.newPage()
    const asked = new Set<string>()
    page.on('request', (request) => {
      const { port, searchParams } = new URL(request.url())
      if (port === new URL(server.url).port) asked.add(searchParams.get('operationName') ?? request.method())
    })
    // Of another port of this machine, whose origin is not allowed.
    await page.goto(`http://127.0.0.1:${portOf(elsewhere)}/`)
    await page.waitForFunction("document.title === 'tried'")
    await page.close()
    expect([...asked]).toEqual(expect.arrayContaining([...named, 'GET', 'POST']))
    expect(reached).toEqual([])
  })

  it('an allowed page asks with all that clients send by themselves, and reads what it needs', async () => {
    html = '<!doctype html><title>front end</title>'
    const page = await browser.newPage()
    await page.goto(`http://localhost:${portOf(elsewhere)}/`)
    const headers = Object.fromEntries(
      [
        'authorization',
        'apollo-require-preflight',
        'x-apollo-operation-name',
        'x-requested-with',
        'apollographql-client-name',
        'apollographql-client-version',
        'graphql-client-name',
        'graphql-client-version',
        'traceparent',
        'tracestate',
        'baggage',
        'sentry-trace',
        'x-correlation-id',
        'x-request-id',
      ].map((name) => [name, 'x1234567']),
    )
    const shown = await page.evaluate(
      `fetch('${server.url}/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...${JSON.stringify(headers)} },
        body: '{"query":"query Meant { hello }"}',
      }).then(async (answer) => [await answer.json(), answer.headers.get('x-request-id')])`,
    )
    expect(shown).toEqual([expect.objectContaining({ data: { hello: 'hello world' } }), 'x1234567'])
    const image = `new Promise((resolve) => {
      const image = new Image()
      image.onerror = image.onload = () => resolve('over')
      image.src = '${server.url}/graphql?query=query Image{hello}'
    })`
    expect(await page.evaluate(image)).toBe('over')
    await page.close()
    expect(reached).toEqual(['Meant'])
  })
})

it('a preflight is answered without a body, and holds for a while', async () => {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin: allowed,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'traceparent',
    },
  })
  expect([answer.status, answer.headers.get('access-control-max-age'), await answer.text()]).toEqual([204, '7200', ''])
  expect(answer.headers.get('access-control-expose-headers')?.split(', ')).toEqual(
    expect.arrayContaining(['retry-after', 'x-request-id', 'x-correlation-id']),
  )
})
