/** Digests every table, so that any write is noticed. */
import pg from 'pg'

/** Digest by table. Of the jobs only how many there are: the worker itself keeps its clock there. */
export async function digestOf(databaseUrl: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const tables = await client.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = 'public' and tablename <> 'worker_presence' order by 1`,
    )
    const digests: [string, string][] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query(
        `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as digest from ${name} t`,
      )
      digests.push([name, rows[0].digest])
    }
    const jobs = await client.query('select count(*)::text as digest from graphile_worker._private_jobs')
    return Object.fromEntries([...digests, ['jobs', jobs.rows[0].digest]])
  } finally {
    await client.end()
  }
}
