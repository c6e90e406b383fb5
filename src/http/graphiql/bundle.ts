/** Bundles GraphiQL's page into dist/graphiql when its sources have changed. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..', '..', '..')
const target = join(root, 'dist', 'graphiql')

/** Of everything that the bundle is made from; also the version in its addresses. */
function versionOfSources(): string {
  const hash = createHash('sha256')
  const files = globSync('src/http/graphiql/{bundle.ts,page/*}', { cwd: root }).sort()
  for (const file of [...files, 'package-lock.json']) hash.update(`${file}\n`).update(readFileSync(join(root, file)))
  return hash.digest('hex').slice(0, 16)
}

async function bundle(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      start: 'src/http/graphiql/page/start.ts',
      style: 'src/http/graphiql/page/page.css',
      'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
      'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
      'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    // GraphiQL words its icons' names by their components'.
    keepNames: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file' },
    logLevel: 'warning',
  })
}

const version = versionOfSources()
const versionFile = join(target, 'version')
if (!existsSync(versionFile) || readFileSync(versionFile, 'utf8') !== version) {
  const folder = `${target}-${process.pid}`
  mkdirSync(folder, { recursive: true })
  try {
    await bundle(folder)
    writeFileSync(join(folder, 'version'), version)
    rmSync(target, { recursive: true, force: true })
    // Whole or not at all: a gateway may be reading it.
    renameSync(folder, target)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
