/** Explains a sandbox on its own front page: addresses, control calls, an example of each. */
import type { FastifyInstance } from 'fastify'
import { html, type Markup, page } from './page.ts'

export interface Control {
  method: 'GET' | 'POST' | 'DELETE'
  /** As it is routed, e.g. `/_sandbox/charges/:id/refund`. */
  path: string
  does: string
  /** What is sent; none where nothing is. */
  examples?: readonly object[]
}

export interface FrontPage {
  title: string
  intro: string
  addresses: readonly { path: string; what: string }[]
  controls: readonly Control[]
}

/** Serves GET / for all that is routed from now on: no control call is on the page that is not served, and all that are. */
export function serveFrontPage(app: FastifyInstance, front: FrontPage): void {
  const routed: Pick<Control, 'method' | 'path'>[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if (!url.startsWith('/_sandbox/')) return
    for (const one of [method].flat()) if (isShown(one)) routed.push({ method: one, path: url })
  })
  app.get('/', async (request, reply) => {
    const own = `http://${request.headers.host}`
    const described = front.controls.filter((control) => routed.some((route) => isSame(control, route)))
    const rest = routed.filter((route) => !described.some((control) => isSame(control, route)))
    const shown = [...described, ...rest.map((route) => ({ ...route, does: NOT_DESCRIBED }))]
    return reply.type('text/html; charset=utf-8').send(frontPage(front, shown, own))
  })
}

/** A call that somebody added without a word about it: a test looks for this. */
export const NOT_DESCRIBED = 'Nobody has described this yet.'

const isShown = (method: string): method is Control['method'] => ['GET', 'POST', 'DELETE'].includes(method)
const isSame = (one: Pick<Control, 'method' | 'path'>, other: Pick<Control, 'method' | 'path'>): boolean =>
  one.method === other.method && one.path === other.path

function frontPage(front: FrontPage, controls: readonly Control[], own: string): string {
  const body = html`<p>${front.intro}</p>
<h2>Addresses</h2>
<dl>${front.addresses.map(({ path, what }) => html`<dt><code>${own}${path}</code></dt><dd>${what}</dd>`)}</dl>
<h2>Control calls</h2>
<p>JSON in and out, without authentication, for this machine alone. An unknown field or value is answered 400 with its name, an unknown id 404, what is not possible any more 409.</p>
${controls.map((control) => controlBlock(control, own))}`
  return page({ title: front.title, body, wide: true })
}

function controlBlock({ method, path, does, examples = [] }: Control, own: string): Markup {
  const sent = method === 'POST' && examples.length === 0 ? [{}] : examples
  const calls = sent.length > 0 ? sent.map((body) => curl(method, own + path, body)) : [curl(method, own + path)]
  return html`<section><h3><code>${method} ${path}</code></h3><p>${does}</p>${calls.map((one) => html`<pre tabindex="0"><code>${one}</code></pre>`)}</section>`
}

/** To be pasted into a shell, once the id is filled in. */
function curl(method: Control['method'], address: string, body?: object): string {
  const url = address.replace(/:(\w+)/g, (all, name) => (/^\d+$/.test(name) ? all : `<${name}>`))
  const verb = method === 'DELETE' ? ' -X DELETE' : ''
  if (body === undefined) return `curl -s${verb} '${url}'`
  return `curl -s '${url}' \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(body)}'`
}

/** The calls that sandboxes have in common; `operation` and `refusal` are an example's. */
export function commonControls(example: { operation: string; refusal: object; missing: string[] }): Control[] {
  const { operation, refusal, missing } = example
  return [
    { method: 'GET', path: '/_sandbox/ledger', does: 'The books.' },
    ...clockControls,
    {
      method: 'POST',
      path: '/_sandbox/faults',
      does: 'The next calls of an operation, * for any, fail: timeout_before, timeout_after, reset_before, reset_after, http_500, http_503, http_429 (these with retryAfterSeconds), malformed, slow. An unknown operation is answered with all of them.',
      examples: [{ operation, fault: 'timeout_after', times: 1 }],
    },
    { method: 'GET', path: '/_sandbox/faults', does: 'The faults that are armed.' },
    { method: 'DELETE', path: '/_sandbox/faults', does: 'No fault is armed any more.' },
    {
      method: 'POST',
      path: '/_sandbox/refusals',
      does: 'The next calls of an operation are refused definitely, with nothing done.',
      examples: [{ operation, ...refusal, times: 1 }],
    },
    { method: 'DELETE', path: '/_sandbox/refusals', does: 'No refusal is armed any more.' },
    {
      method: 'POST',
      path: '/_sandbox/permissions',
      does: 'Every call of these kinds is answered 403, until this is called with fewer.',
      examples: [{ missing }, { missing: [] }],
    },
    {
      method: 'POST',
      path: '/_sandbox/webhooks',
      does: 'How webhooks are sent from now on: deliver, hold, duplicate, shuffle, drop.',
      examples: [{ mode: 'hold' }],
    },
    { method: 'GET', path: '/_sandbox/webhooks', does: 'The mode, and how many wait.' },
    { method: 'POST', path: '/_sandbox/webhooks/flush', does: 'Sends what is held.' },
  ]
}

export const clockControls: readonly Control[] = [
  { method: 'GET', path: '/_sandbox/clock', does: 'The time of gateway, partner, Stripe and PayPal.' },
  {
    method: 'POST',
    path: '/_sandbox/clock',
    does: 'Moves that clock on, by a duration or to an instant; answers when everybody goes by it.',
    examples: [{ advance: 'P15D' }, { to: '2031-01-31T09:00:00Z' }],
  },
]
