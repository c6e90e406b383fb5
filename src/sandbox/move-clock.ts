/** Moves the running local world's clock by what the command line says, or shows it. */
import { readLocalSettings } from './local-settings.ts'

const usage = 'Say how far, e.g. npm run clock -- +15d (or +2h, +30m, PT90S), or to when: 2027-01-31T09:00:00Z.'

/** `+15d` as `P15D`, `+2h` as `PT2H`; anything else is left for the sandbox to judge. */
function requestOf(text: string): { advance: string } | { to: string } {
  const short = /^\+?(\d+)([dwhms])$/i.exec(text)
  const [, count, unit = ''] = short ?? []
  if (count !== undefined) return { advance: `P${/[hms]/i.test(unit) ? 'T' : ''}${count}${unit.toUpperCase()}` }
  const duration = text.replace(/^\+/, '')
  return /^-?P/i.test(duration) ? { advance: duration } : { to: text }
}

async function ask(text: string | undefined): Promise<string> {
  const port = Object.values(readLocalSettings(process.env).sandboxes)[0]
  if (port === undefined) throw new Error('No sandbox runs here: the clock is theirs.')
  const url = `http://127.0.0.1:${port}/_sandbox/clock`
  const headers = { 'content-type': 'application/json' }
  const move = text === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(requestOf(text)) }
  const answer = await fetch(url, move).catch(() => {
    throw new Error(`The sandboxes do not answer at ${url}; start the local world with npm start.`)
  })
  const body = (await answer.json()) as { now?: string; aheadSeconds?: number; error?: string }
  if (answer.status === 400) throw new Error(`${body.error}\n${usage}`)
  if (body.error !== undefined) throw new Error(body.error)
  return `It is ${body.now}, ${body.aheadSeconds} s ahead of real time.`
}

try {
  console.log(await ask(process.argv[2]))
} catch (problem) {
  console.error(problem instanceof Error ? problem.message : problem)
  process.exitCode = 1
}
