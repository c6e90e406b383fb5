/** Compiles the sources on load, so that Node runs them in a child process. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { transformSync } from '@swc/core'
import { compileOptions } from './compile-options.ts'

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
    const filename = fileURLToPath(url)
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...compileOptions, swcrc: false, filename })
    return { format: 'module', source: code, shortCircuit: true }
  },
})
