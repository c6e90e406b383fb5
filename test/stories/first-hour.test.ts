/** Tests that the README files' examples answer what is written below them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { chromium } from 'playwright-core'
import { findFreePort } from '../../src/sandbox/ports.ts'
import { needing } from '../support/world/needing.ts'
import { startWorld, type World } from '../support/world/world.ts'

jest.setTimeout(60_000)

const executablePath = '/usr/bin/chromium'
const { describe: inChromium } = needing(`Chromium (${executablePath})`, existsSync(executablePath))

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

/** Each example of a shell that has its answer below it, one JSON text a line. */
const examplesOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^```sh\n((?:(?!```).*\n)+)```\n\n```json\n((?:(?!```).*\n)+)```$/gm)].map(
    ([, script = '', answers = '']) => ({ page, script, answers }),
  )

/** With the addresses and the tokens of this test's world. */
async function here(script: string): Promise<string> {
  const tokens = new Map<string, string>()
  for (const [command, persona = ''] of script.matchAll(/\$\(npm run -s token -- ([\w-]+)\)/g))
    tokens.set(command, await world.tokenOf(persona))
  const { OIDC_ISSUER = '', STRIPE_API_BASE = '', RETURN_URL_ORIGINS = '' } = world.environment
  const addresses = { 3000: RETURN_URL_ORIGINS, 4000: world.url, 4020: STRIPE_API_BASE, 4040: OIDC_ISSUER }
  return [...tokens, ...Object.entries(addresses).map(([port, url]) => [`http://127.0.0.1:${port}`, url] as const)]
    .map(
      ([written, meant]) =>
        (text: string) =>
          text.replaceAll(written, meant),
    )
    .reduce((text, replace) => replace(text), script)
}

/** What a shell prints, while the jobs go on that it may wait for. */
async function printedBy(script: string): Promise<string> {
  let printing = true
  const shell = promisify(execFile)('bash', ['-c', script], { timeout: 30_000 })
  const stop = () => {
    printing = false
  }
  shell.then(stop, stop)
  while (printing) await world.settle()
  return (await shell).stdout
}

/** Without what moves with the calendar, or with who asks how fast. */
const steady = (answers: string) =>
  answers
    .trim()
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<date>')
    .replaceAll(/"[0-9a-f]{64}"/g, '"<digest>"')
    .replaceAll(/"(budgetRemaining|restoreRate)":\d+/g, '"$1":0')
    .split('\n')
    .map((line) => JSON.parse(line))

it('the examples, typed page by page, are answered with what is written below each', async () => {
  const examples = ['README.md', 'src/transfers/README.md', 'src/http/README.md'].flatMap(examplesOf)
  expect(examples.map(({ page }) => page)).toEqual([
    ...Array(3).fill('README.md'),
    'src/transfers/README.md',
    ...Array(2).fill('src/http/README.md'),
  ])
  for (const { page, script, answers } of examples)
    expect({ page, answers: steady(await printedBy(await here(script))) }).toEqual({ page, answers: steady(answers) })
})

/** Resolves once something answers at an address. */
async function answering(url: string): Promise<void> {
  const deadlineMs = Date.now() + 10_000
  while (!(await fetch(url).catch(() => null))?.ok)
    if (Date.now() > deadlineMs) throw new Error(`nothing answers at ${url}`)
}

inChromium('the first page', () => {
  it('shows courses and, when its button is clicked, who ada is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'first-hour-'))
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    let server: ChildProcess | undefined
    try {
      const [, command = '', file = ''] =
        /^(node -e '.*"(src\/sandbox\/.*\.html)".*')$/m.exec(readFileSync('README.md', 'utf8')) ?? []
      await writeFile(join(folder, 'index.html'), await here(readFileSync(file, 'utf8')))
      const port = await findFreePort()
      server = spawn('bash', [
        '-c',
        `exec ${command.replace(file, join(folder, 'index.html')).replace('3000', `${port}`)}`,
      ])
      await answering(`http://127.0.0.1:${port}`)
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${port}`)
      await page.getByRole('listitem').first().waitFor()
      expect(await page.getByRole('listitem').allTextContents()).toContainEqual(
        expect.stringMatching(/^\w.*: \S*\d+\.\d\d$/),
      )
      await page.getByRole('button', { name: 'Sign in as ada' }).click()
      await page.getByText('Signed in as Ada Lovelace').waitFor()
      expect(page.url()).toBe(`http://127.0.0.1:${port}/`)
    } finally {
      server?.kill()
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
