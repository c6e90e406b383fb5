/** Has test files share the product and the libraries that their worker loaded once. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import './compile-on-load.ts'

const require = createRequire(import.meta.url)

/** Loaded at the first call, outside of jest's sandboxes; the same ever after. */
export const keptModule = (path: string): object => require(path)

interface Caller {
  supportsStaticESM: boolean
  supportsDynamicImport: boolean
}

/** What a sandbox loads in a module's place: it exports the kept one's exports. */
function standIn(path: string, { supportsStaticESM }: Caller): string {
  const kept = `keptModule(${JSON.stringify(path)})`
  if (!supportsStaticESM) return `module.exports = ${kept}`
  const names = Object.keys(keptModule(path)).filter((name) => name !== 'module.exports')
  const exported = names.map((name, n) => `const e${n} = kept[${JSON.stringify(name)}]; export { e${n} as ${name} }`)
  return [`const kept = ${kept}`, ...exported].join('\n')
}

/** As a transformer of jest, which also loads its own parts through it: they say that they cannot import. */
export default {
  getCacheKey(source: string, path: string, caller: Caller): string {
    const code = caller.supportsDynamicImport ? standIn(path, caller) : source
    return createHash('sha1').update(code).digest('hex')
  },
  process(source: string, path: string, caller: Caller): { code: string } {
    return { code: caller.supportsDynamicImport ? standIn(path, caller) : source }
  },
}
