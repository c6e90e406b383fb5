/** Holds the README files to the code: links, commands, variables, and the first one's length. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { PAGE_FILE, withVariables } from '../../src/commands/variables.ts'
import { variables } from '../../src/config.ts'
import { readLocalSettings } from '../../src/sandbox/local-settings.ts'

const LONGEST_FIRST_BYTES = 14_000

const read = (file: string): string => readFileSync(file, 'utf8')
const pages = ['README.md', ...globSync('{src,test}/**/README.md', { exclude: ['**/node_modules/**'] })]
/** What shells and JSON hold is no prose. */
const prose = (page: string): string => read(page).replaceAll(/^```[\s\S]*?^```/gm, '')

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** Why a link leads nowhere; null when it leads somewhere. */
function brokenLink(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(target)) return `${page} links to ${target}, which is not there`
  if (anchor === undefined || anchorsOf(target).includes(anchor)) return null
  return `${page} links to #${anchor} of ${target}, which has no such heading`
}

describe('the README files', () => {
  it('begin with one that is short', () => {
    expect(pages.length).toBeGreaterThan(6)
    expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(LONGEST_FIRST_BYTES)
  })

  it.each(pages)('%s links to what is there', (page) => {
    const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const ours = links.filter((link) => !/^https?:/.test(link))
    expect(ours.map((link) => brokenLink(page, link)).filter(Boolean)).toEqual([])
  })

  it.each(pages)('%s names commands that there are', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...read(page).matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

describe('the variables', () => {
  const rows = [...read(PAGE_FILE).matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|$/gm)]

  const defaultOf = (name: string) => {
    const { success, data } = variables.shape[name as keyof typeof variables.shape].safeParse(undefined)
    if (!success) return 'required'
    return data === undefined || (Array.isArray(data) && data.length === 0) ? 'none' : String(data)
  }

  it('are written as `npm run variables` writes them', () => {
    expect(read(PAGE_FILE)).toBe(withVariables(read(PAGE_FILE)))
  })

  it('are all there with their defaults, and no others', () => {
    const written = Object.fromEntries(rows.map(([, name, byDefault]) => [name, byDefault]))
    expect(written).toEqual(Object.fromEntries(Object.keys(variables.shape).map((name) => [name, defaultOf(name)])))
  })

  it('say what they do', () => {
    for (const [, name, , effect = ''] of rows) {
      expect({ name, said: effect !== 'undefined' && effect.length > 10 }).toEqual({ name, said: true })
    }
  })

  it('of the local world are on its page', () => {
    const page = read('src/sandbox/README.md')
    for (const { variable } of readLocalSettings({}).ports) expect(page).toContain(`\`${variable}\``)
    expect(page).toContain('`LOCAL_DIR`')
  })

  it('have a place on the page, or the command says so', () => {
    expect(() => withVariables('# A page without a place')).toThrow(`${PAGE_FILE} needs <!-- Written by`)
  })
})
