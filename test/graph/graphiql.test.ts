/** Tests GraphiQL in a real browser: offline assets, personas and live updates. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { fastify } from 'fastify'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { openGraphiql } from '../../src/http/graphiql/graphiql.ts'
import { needing } from '../support/world/needing.ts'
import { enrol, linked, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(120_000)

const executablePath = '/usr/bin/chromium'
const { describe: inChromium } = needing(`Chromium (${executablePath})`, existsSync(executablePath))

let world: World
beforeAll(async () => {
  await promisify(execFile)('npm', ['run', '-s', 'build:graphiql'])
  world = await startWorld()
})
afterAll(() => world?.close())

describe('GET /graphql', () => {
  const get = (accept: string) => fetch(`${world.url}/graphql`, { headers: { accept } })

  it('is a page for a browser, which lets in nothing from elsewhere', async () => {
    const answer = await get('text/html,application/xhtml+xml')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = new Map(
      answer.headers
        .get('content-security-policy')
        ?.split('; ')
        .map((one) => [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' ') + 1)]),
    )
    expect(Object.fromEntries(policy)).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'worker-src': "'self'",
      'frame-ancestors': "'none'",
    })
    expect(await answer.text()).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('is where the bare address leads', async () => {
    const answer = await fetch(world.url, { headers: { accept: 'text/html' } })
    expect([answer.status, answer.url]).toEqual([200, `${world.url}/graphql`])
  })

  it('stays GraphQL for everybody else', async () => {
    expect((await get('application/json')).headers.get('content-type')).toContain('application/json')
  })

  it('serves what was built under its version, and no other file', async () => {
    const page = await (await get('text/html')).text()
    const script = /src="(graphiql\/[0-9a-f]{16}\/)start\.js"/.exec(page)?.[1]
    const asset = await fetch(`${world.url}/${script}start.js`)
    expect(asset.status).toBe(200)
    expect(asset.headers.get('cache-control')).toContain('immutable')
    await asset.body?.cancel()
    for (const other of [`${script}version`, `${script}..%2fversion`, 'graphiql/0000000000000000/start.js'])
      expect((await fetch(`${world.url}/${other}`)).status).toBe(404)
  })
})

describe('where it is shown', () => {
  const options = { wanted: undefined, production: true, issuer: 'https://identity.example', folder: 'dist/graphiql' }

  /** What a browser is sent; null when GraphiQL is off. */
  async function shownBy(more: Partial<Parameters<typeof openGraphiql>[0]>) {
    const graphiql = openGraphiql({ ...options, ...more })
    if (graphiql === null) return null
    const server = fastify()
    server.get('/graphql', graphiql.page)
    const { statusCode, body, headers } = await server.inject('/graphql')
    return { statusCode, body, policy: String(headers['content-security-policy']) }
  }

  it('is off in production unless it is asked for, and can be turned off elsewhere', async () => {
    expect(await shownBy({})).toBeNull()
    expect(await shownBy({ wanted: 'on' })).toMatchObject({ statusCode: 200 })
    expect(await shownBy({ production: false })).toMatchObject({ statusCode: 200 })
    expect(await shownBy({ production: false, wanted: 'off' })).toBeNull()
  })

  it('offers personas only where the identity provider is the sandbox on this machine', async () => {
    const issuer = 'http://127.0.0.1:4040'
    const local = await shownBy({ production: false, issuer })
    expect(local?.body).toContain(`data-sandbox-issuer="${issuer}"`)
    expect(local?.policy).toContain(`connect-src 'self' ${issuer};`)
    for (const elsewhere of [{ wanted: 'on' as const, issuer }, { production: false }]) {
      const shown = await shownBy(elsewhere)
      expect(shown?.body).not.toContain('data-sandbox-issuer')
      expect(shown?.policy).toContain("connect-src 'self';")
    }
  })

  it('says how to build it where it is not built', async () => {
    const shown = await shownBy({ production: false, folder: 'dist/nowhere' })
    expect(shown).toMatchObject({ statusCode: 503, body: expect.stringContaining('npm run build:graphiql') })
  })
})

inChromium('in Chromium', () => {
  let browser: Browser
  /** One for all, so that what was fetched and compiled once is there. */
  let context: BrowserContext
  let page: Page
  let complaints: string[]
  let outside: string[]

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  })
  afterAll(() => browser?.close())

  beforeEach(async () => {
    page = await context.newPage()
    complaints = []
    outside = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url())
      if (protocol !== 'data:' && hostname !== '127.0.0.1') outside.push(request.url())
    })
    await page.goto(`${world.url}/graphql`)
  })
  // Nobody finds what another has left open.
  afterEach(async () => {
    await page?.evaluate('localStorage.clear(), sessionStorage.clear()')
    await page?.close()
  })

  const shown = (name: string) => page.locator('.graphiql-query-editor').getByText(name, { exact: true }).waitFor()
  const tab = async (name: string) => {
    await page.locator('.graphiql-tab-button', { hasText: name }).click()
    await shown(name)
  }
  const become = (persona: string) => page.getByLabel('Ask as').selectOption(persona)
  const metrics = async () => (await fetch(`${world.url}/metrics`)).text()
  const answers = () => page.locator('.graphiql-response')

  /** Pasted, because brackets that are typed close themselves. */
  async function setVariables(variables: object) {
    await page.locator('.graphiql-editor-tool .monaco-editor').first().click()
    await page.keyboard.press('Control+A')
    await page.evaluate(`
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', ${JSON.stringify(JSON.stringify(variables))})
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))`)
  }

  /** `operation` is said where there are several; the page has read them once it offers them. */
  async function run(operation?: string) {
    const kind = operation ? '[aria-haspopup=menu]' : ':not([aria-haspopup=menu])'
    const button = page.locator(`.graphiql-execute-button${kind}`)
    await button.click()
    if (operation) await page.getByRole('menuitem', { name: operation }).click()
  }

  it('has a tab for each example, runs the first, and asks nothing of anybody else', async () => {
    await shown('BrowseCourses')
    expect(await page.locator('.graphiql-tab-button').allTextContents()).toEqual([
      'BrowseCourses',
      'EnrolByCard',
      'EnrolByPayPal',
      'WatchEnrolment',
      'RequestRefund',
      'ShareCredit',
      'CheckEligibility',
      'CheckBatch',
      'ApplyForTransfer',
      'DecideApplication',
    ])
    await run()
    await answers().getByText('Evidence-Based Coaching at Work').first().waitFor()
    expect(outside).toEqual([])
    expect(complaints).toEqual([])
  })

  it('shows what is in a tab, however early it is chosen', async () => {
    await page.locator('.graphiql-tab-button', { hasText: 'CheckBatch' }).click()
    await shown('CheckBatch')
    // Also where the variables were put away the last time.
    await page.getByRole('button', { name: 'Hide editor tools' }).click()
    await page.reload()
    await page.locator('.graphiql-tab-button', { hasText: 'ShareCredit' }).click()
    await shown('ShareCredit')
    expect(complaints).toEqual([])
  })

  it('shows the documentation with the descriptions of the schema', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click()
    await page.getByText('The courses on offer, narrowed and ordered as asked.').waitFor()
    expect(complaints).toEqual([])
  })

  it('documents types and fields in the order of their names', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    const explorer = page.locator('.graphiql-doc-explorer')
    const sorted = (names: string[]) => names.toSorted((one, other) => one.localeCompare(other, 'en'))
    await explorer.getByText('Course', { exact: true }).waitFor()
    const types = await explorer.locator('.graphiql-doc-explorer-section-content').last().locator('a').allTextContents()
    expect(types).toContain('Course')
    expect(types).toEqual(sorted(types))
    await explorer.getByText('Mutation', { exact: true }).click()
    const fields = await explorer.locator('.graphiql-doc-explorer-field-name').allTextContents()
    expect(fields).toContain('enrol')
    expect(fields).toEqual(sorted(fields))
  })

  it('names every button and icon', async () => {
    await shown('BrowseCourses')
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click()
    const tree = await page.locator('body').ariaSnapshot()
    expect(tree).toContain('- button "Execute query')
    expect(tree.match(/^ *- (button|tab|combobox|link|img)(:|$)/gm)).toBeNull()
    const icons = await page.locator('svg title').allTextContents()
    expect(icons).toContain('keyboard shortcut icon')
    expect(icons.filter((name) => !/^([a-z]{3,} )+icon$/.test(name))).toEqual([])
  })

  it('can be worked with on a telephone: switch, tabs, answer and documentation', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await become('ada')
    for (const name of await page.locator('.graphiql-tab-button').allTextContents()) await tab(name)
    await tab('BrowseCourses')
    await run()
    const answer = answers().getByText('"totalCount"')
    await answer.waitFor()
    for (const part of [page.getByLabel('Ask as'), page.locator('.graphiql-query-editor'), answers()]) {
      const { x, width } = (await part.boundingBox()) as { x: number; width: number }
      expect(x + width).toBeLessThanOrEqual(390)
      expect(width).toBeGreaterThan(190)
    }
    // Two tabs and what adds another; before there was a row for the switch, there was no room for one.
    expect((await page.locator('.graphiql-tabs').boundingBox())?.width).toBeGreaterThan(250)
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click()
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click()
    await answer.waitFor()
    expect(complaints).toEqual([])
  })

  it('asks as whoever the switch says', async () => {
    await tab('RequestRefund')
    await become('ada')
    await run('MyEnrolments')
    await answers().getByText('"enrolments"').waitFor()
    await become('')
    await run('MyEnrolments')
    await answers().getByText('"viewer": null').waitFor()
    expect(complaints).toEqual([])
  })

  it('a subscription tells of a change while it is open', async () => {
    const persona = await linked(world, 'zoe')
    const { id } = await newRun(world, { price: { minor: 0, currency: 'GBP' } })
    const { enrolment } = await enrol(world, persona, id)
    await become(persona)
    await tab('WatchEnrolment')
    await setVariables({ enrolmentId: enrolment.id })
    await run()
    const deadlineMs = Date.now() + 20_000
    while (!/gateway_open_streams\{kind="streams"\} 1/.test(await metrics()))
      if (Date.now() > deadlineMs) throw new Error('the subscription has not begun')
    await world.settle()
    await answers().getByText('"REGISTERED"').first().waitFor()
    expect(complaints).toEqual([])
  })
})
