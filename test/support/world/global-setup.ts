/** Starts one PostgreSQL server for the run unless TEST_DATABASE_URL names one. */
import { startTestServer } from './test-server.ts'

/** Workers are started afterwards and inherit the variable. */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return
  const server = await startTestServer()
  process.env.TEST_DATABASE_URL = server.url
  Object.assign(globalThis, { testServer: server })
}
