/** Compiles the sources on load, so that Node runs them in a child process. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire, enableCompileCache, registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileOptions } from './compile-options.ts'

/** What swc and V8 made of each source; to be deleted at any time. */
const folder = join(import.meta.dirname, '../../../node_modules/.cache/compile-on-load')
const require = createRequire(import.meta.url)
const compiler = `${require('@swc/core/package.json').version} ${JSON.stringify(compileOptions)}`

mkdirSync(folder, { recursive: true })
enableCompileCache(join(folder, 'v8'))
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
    return { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true }
  },
})

function compiled(filename: string): string {
  const source = readFileSync(filename, 'utf8')
  const key = createHash('sha1').update(`${compiler}\n${filename}\n${source}`).digest('hex')
  const kept = join(folder, `${key}.js`)
  try {
    return readFileSync(kept, 'utf8')
  } catch {
    // Only now, for it takes a tenth of a second to load.
    const { transformSync } = require('@swc/core') as typeof import('@swc/core')
    const { code } = transformSync(source, { ...compileOptions, swcrc: false, filename })
    // Another process may be writing the same.
    const unfinished = `${kept}.${process.pid}`
    writeFileSync(unfinished, code)
    renameSync(unfinished, kept)
    return code
  }
}
