/** Answers health and metrics in its own thread, however busy the main one is. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { HealthAnswer } from './health.ts'
import type { FromThread, ThreadSettings, ToThread } from './operations.ts'
import { ignoreExpectations } from './takes-offer.ts'

const { host, port, times } = workerData as ThreadSettings
const main = parentPort as MessagePort
const tell = (message: FromThread) => main.postMessage(message)

/** The text that was written last, and when. */
let metrics: { text: string; contentType: string; atMs: number } | null = null
let health: { live: HealthAnswer; ready: HealthAnswer } | null = null
let heardMs = performance.now()
let nextText = Promise.withResolvers<void>()

main.on('message', (message: ToThread) => {
  if ('metrics' in message) {
    metrics = { text: message.metrics, contentType: message.contentType, atMs: performance.now() }
    nextText.resolve()
    nextText = Promise.withResolvers()
  } else {
    heardMs = performance.now()
    health = message
  }
})

/** What was said last, unless that is too long ago, or nothing was said at all. */
function lastSaid(what: 'live' | 'ready', holdsForMs: number): HealthAnswer {
  const silentMs = performance.now() - heardMs
  if (silentMs > holdsForMs) {
    const detail = `The main thread has not said anything for ${Math.round(silentMs / 1000)} s.`
    return { status: 503, body: { status: 'hanging', detail } }
  }
  if (health) return health[what]
  return what === 'live' ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'not ready' } }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

const sendJson = (response: ServerResponse, { status, body }: { status: number; body: object }) =>
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body))

const age = {
  name: 'gateway_metrics_age_seconds',
  help: 'How old these metrics are: more than a moment while the main thread is busy.',
}

/** Written anew where the main thread can in time, and else the last text with its age. */
async function sendMetrics(response: ServerResponse): Promise<void> {
  const asked = performance.now()
  tell('metrics')
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, times.metricsWithinMs)
  await Promise.race([nextText.promise, late.promise])
  clearTimeout(timer)
  if (!metrics) return sendJson(response, { status: 503, body: { error: 'No metrics have been written yet.' } })
  const ageSeconds = metrics.atMs > asked ? 0 : (performance.now() - metrics.atMs) / 1000
  const aged = `# HELP ${age.name} ${age.help}\n# TYPE ${age.name} gauge\n${age.name} ${ageSeconds.toFixed(3)}\n`
  send(response, 200, metrics.contentType, metrics.text + aged)
}

// Whatever the method: some who ask after health send HEAD or OPTIONS.
const server = createServer((request, response) => {
  const path = request.url?.split('?', 1)[0]?.replace(/\/$/, '')
  if (path === '/health/live') sendJson(response, lastSaid('live', times.liveForMs))
  else if (path === '/health/ready') sendJson(response, lastSaid('ready', times.readyForMs))
  else if (path === '/metrics') sendMetrics(response)
  else sendJson(response, { status: 404, body: { error: 'There is nothing at this address.' } })
})
ignoreExpectations(server)
server.listen(port, host, () => tell({ port: (server.address() as AddressInfo).port }))
