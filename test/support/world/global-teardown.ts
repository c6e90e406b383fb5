/** Stops the PostgreSQL server that the run began with. */
import type { TestServer } from './test-server.ts'

export default async function globalTeardown(): Promise<void> {
  const { testServer } = globalThis as { testServer?: TestServer }
  await testServer?.stop()
}
