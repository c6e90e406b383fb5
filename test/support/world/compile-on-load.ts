/** Compiles the sources on load, so that Node runs them in a child process. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Options, transformSync } from '@swc/core'

const { default: jest } = await import(new URL('../../../jest.config.js', import.meta.url).href)
const [, options] = jest.transform['^.+\\.ts$'] as [string, Options]

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context)
    const filename = fileURLToPath(url)
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, swcrc: false, filename })
    return { format: 'module', source: code, shortCircuit: true }
  },
})
