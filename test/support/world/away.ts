/** Removes a row and puts it back, for lists that must bear changes. */
import pg from 'pg'
import type { World } from './world.ts'

export interface Rows {
  /** Takes the row out; what it answers with puts it back, once however often it is called. */
  take(table: string, id: string): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** A connection of its own, on which no foreign key is looked at: what hangs on the row stays where it is. */
export async function openRows(world: World): Promise<Rows> {
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  await client.query('set session_replication_role = replica')
  const storedColumns = `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`
  return {
    async take(table, id) {
      const { columns } = (await client.query(storedColumns, [table])).rows[0]
      const taken = await client.query(`delete from ${table} where id = $1 returning to_jsonb(${table}) as row`, [id])
      if (taken.rowCount !== 1) throw new Error(`${table} has no row ${id}`)
      await world.app.publicChanged()
      let away = true
      return async () => {
        if (!away) return
        away = false
        const back = `insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table}, $1)`
        await client.query(back, [JSON.stringify(taken.rows[0].row)])
        await world.app.publicChanged()
      }
    },
    close: () => client.end(),
  }
}
