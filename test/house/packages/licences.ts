/** Judges each package's licence against what may be shipped and what tests may use. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** SPDX names that may travel with the product. */
const shippable = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
])
/** Besides those, for what only builds and tests: nothing of it reaches a user. */
const testable = new Set([...shippable, 'MPL-2.0', 'Elastic-2.0'])
/** Packages under another licence, each looked at: name and licence as its package.json says it, and why it may stay. */
const lookedAt: Readonly<Record<string, { licence: string; why: string }>> = {
  '@paypal/checkout-server-sdk': {
    licence: 'SEE LICENSE IN https://github.com/paypal/Checkout-NodeJS-SDK/blob/master/LICENSE',
    why: 'The Apache License 2.0, as the file LICENSE inside the package says.',
  },
  argparse: { licence: 'Python-2.0', why: 'Permissive; graphile-worker reads its configuration through it.' },
  'markdown-it/argparse': { licence: 'PSF-2.0', why: 'Permissive; only GraphiQL’s page is built with it.' },
  'caniuse-lite': { licence: 'CC-BY-4.0', why: 'Data about browsers for a compiler of tests; never shipped.' },
}

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
})

/** One sentence for each package of the lock file under `folder` whose licence is not on the list for its use. */
export function licenceProblems(folder: string): string[] {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')))
  return Object.entries(packages).flatMap(([path, { license, dev, devOptional, link }]) => {
    if (path === '' || link) return []
    const name = path.replaceAll('node_modules/', '').replace(/^.*?((?:@[^/]+\/)?[^/]+)$/, '$1')
    const licence = license ?? declaredBy(join(folder, path, 'package.json'))
    const exceptions = [lookedAt[path.replaceAll('node_modules/', '')], lookedAt[name]]
    if (exceptions.some((exception) => exception?.licence === licence)) return []
    const use = dev || devOptional ? 'for tests' : 'shipped'
    const allowed = use === 'shipped' ? shippable : testable
    return fits(licence, allowed) ? [] : [`${name} is ${use} under "${licence}", which is not on the list.`]
  })
}

/** Whether an SPDX expression can be met: one of what OR joins, all of what AND joins. */
export function fits(expression: string, allowed: ReadonlySet<string> = shippable): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  if (bare.includes('(')) return false
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((name) => allowed.has(name.trim())))
}

/** What the package itself declares, where the lock file is silent. */
function declaredBy(packageFile: string): string {
  try {
    const { license, licenses } = JSON.parse(readFileSync(packageFile, 'utf8'))
    return typeof license === 'string' ? license : JSON.stringify(license ?? licenses ?? 'none')
  } catch {
    return 'none'
  }
}
