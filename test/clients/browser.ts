/** Runs clients in Chromium on a page of another origin. */
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Cell, expectChange, expectCourses, expectMe } from './cell.ts'
import { firstEvent } from './events.ts'
import { root } from './local-world.ts'

// Both are the product's own, which bundles GraphiQL and tries it in a browser.
const own = createRequire(join(root, 'package.json'))
const { build } = own('esbuild') as typeof import('esbuild')
const { chromium } = own('playwright-core') as typeof import('playwright-core')

const EXECUTABLE = '/usr/bin/chromium'

type Asked = 'courses' | 'courses by GET' | 'me' | 'events'
type Page = Awaited<ReturnType<Awaited<ReturnType<typeof chromium.launch>>['newPage']>>

let opened: Promise<{ page: Page; close(): Promise<void> }> | undefined

/** A page of http://localhost at a port of its own, while the gateway is at 127.0.0.1: another origin and another site. */
async function open() {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'browser-page.ts')],
    bundle: true,
    format: 'iife',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const script = bundle.outputFiles[0]?.text ?? ''
  const server: Server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><title>Shop</title><script src="/page.js"></script>')
  })
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening))
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage()
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
  const close = async () => {
    await browser.close()
    server.close()
  }
  return { page, close }
}

export async function closeBrowser(): Promise<void> {
  await (await opened)?.close()
}

/** A cell in which the client of the page asks all of these, one after the other. */
export function inBrowser(client: string, asked: readonly Asked[]): Cell {
  return async (world) => {
    opened ??= open()
    const { page } = await opened
    const { graphql, stream, socket } = world
    for (const what of asked) {
      if (what === 'events') {
        const learner = await world.newLearner()
        const token = await learner.token()
        const event = await firstEvent(learner.enrol, (next, error) => {
          page
            .evaluate(`page.${client}.events(${JSON.stringify({ graphql, stream, socket, token })})`)
            .then(next, error)
          return undefined
        })
        expectChange(event)
        continue
      }
      const token = what === 'me' ? await world.token('ada') : null
      const name = what === 'courses by GET' ? 'coursesByGet' : what
      const data = await page.evaluate(`page.${client}.${name}(${JSON.stringify({ graphql, token })})`)
      if (what === 'me') expectMe(data)
      else expectCourses(data)
    }
    return 'right'
  }
}
