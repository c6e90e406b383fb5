/** Configures where the editor loads its workers from: the gateway itself. */
import type { Environment } from 'monaco-editor'

const files: Readonly<Record<string, string>> = { json: 'json.worker.js', graphql: 'graphql.worker.js' }

const environment: Environment = {
  getWorker(_id: string, label: string): Worker {
    const file = files[label] ?? 'editor.worker.js'
    return new Worker(new URL(file, import.meta.url), { type: 'module' })
  },
}

Object.assign(globalThis, { MonacoEnvironment: environment })
