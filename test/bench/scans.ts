/** Finds tables that hot queries scan whole, which no growing table may be. */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Contestant } from './contestants.ts'
import { type Request, round } from './load.ts'

const REQUESTS = 200
/** PostgreSQL's backends tell their counts when idle, at most once a second. */
const COUNTED_WITHIN_MS = 3_000

type Counts = Map<string, { scans: number; rows: number }>

async function countsOf(client: pg.Client): Promise<Counts> {
  const { rows } = await client.query<{ name: string; scans: string; rows: string }>(
    `select relname as name, seq_scan as scans, n_live_tup as rows from pg_stat_user_tables where schemaname = 'public'`,
  )
  return new Map(rows.map(({ name, ...counts }) => [name, { scans: Number(counts.scans), rows: Number(counts.rows) }]))
}

/** Asks each workload some hundred times and tells which tables were scanned for it. */
export async function scans(
  gateway: Contestant,
  databaseUrl: string,
  workloads: readonly { name: string; requests: readonly Request[] }[],
): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const lines = ['| workload | sequential scans in 200 requests |', '|---|---|']
  try {
    for (const { name, requests } of workloads) {
      // Plans are settled, and what comes only once is over.
      await round([gateway], requests, { amount: REQUESTS })
      await delay(COUNTED_WITHIN_MS)
      const before = await countsOf(client)
      await round([gateway], requests, { amount: REQUESTS })
      await delay(COUNTED_WITHIN_MS)
      const scanned = [...(await countsOf(client))].flatMap(([table, { scans: now, rows }]) => {
        const count = now - (before.get(table)?.scans ?? 0)
        return count > 0 ? [`${table} of ${rows} rows ${count} times`] : []
      })
      lines.push(`| ${name} | ${scanned.join(', ') || 'none'} |`)
    }
    return lines.join('\n')
  } finally {
    await client.end()
  }
}
