/** Starts a PostgreSQL server on a free port with disposable data. */
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preparePostgres, startPostgres } from '../../../src/sandbox/embedded-postgres.ts'
import { findFreePort } from '../../../src/sandbox/ports.ts'

export type TestServer = {
  url: string
  /** Ends it at once, as a crash does, and starts it on the same data and port. */
  crash(): Promise<void>
  stop(): Promise<void>
}

/** Durability is off: a crash of the machine may take this data with it. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  jit: 'off',
  max_connections: '300',
  max_wal_size: '1GB',
  shared_buffers: '256MB',
}

const LEAST_FREE_BYTES = 4 * 1024 ** 3

/** Memory where there is enough of it: a database is copied in 20 ms there, and in 300 on a disk. */
async function quickFolder(): Promise<string> {
  const memory = '/dev/shm'
  try {
    const { bavail, bsize } = await statfs(memory)
    return bavail * bsize > LEAST_FREE_BYTES ? memory : tmpdir()
  } catch {
    // Not Linux.
    return tmpdir()
  }
}

/** With `survivesCrash` what is committed outlives `crash`. Its folder is removed at the end, also when we are killed. */
export async function startTestServer({ survivesCrash = false } = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(await quickFolder(), 'microcredential-test-'))
  // Open to be entered by the user that PostgreSQL runs as when we are root.
  await chmod(folder, 0o755)
  try {
    const prepared = await preparePostgres(folder)
    const port = await findFreePort()
    const start = (holdsDatabase: boolean) =>
      startPostgres(
        { ...prepared, holdsDatabase },
        {
          port,
          logFile: join(folder, 'postgres.log'),
          settings: { ...settings, synchronous_commit: survivesCrash ? 'on' : 'off' },
          folderOfOrphan: folder,
        },
      )
    let server = await start(prepared.holdsDatabase)
    return {
      url: server.url,
      async crash() {
        server.process.kill('SIGQUIT')
        await server.ended
        server = await start(true)
      },
      stop: () => server.stop().finally(() => rm(folder, { recursive: true, force: true })),
    }
  } catch (problem) {
    await rm(folder, { recursive: true, force: true })
    throw problem
  }
}
