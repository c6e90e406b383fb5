/** Takes a lost connection back into its pool when its holder does not return it. */
import type { Pool, PoolClient } from 'pg'

/**
 * kysely 0.29 never returns a connection whose `begin` or `rollback` failed. Each lost transaction would take one from the
 * pool for good, and after as many as it has every write waits in vain.
 */
export function takeBackLost(pool: Pool): void {
  const lent = new Set<PoolClient>()
  pool.on('acquire', (client) => lent.add(client))
  pool.on('release', (_error, client) => lent.delete(client))
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!lent.has(client)) return
      const { release } = client
      // A holder that does return it has nothing more to do.
      client.release = () => undefined
      release(true)
    })
  })
}
