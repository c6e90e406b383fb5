/** Lets work of one name be done once at a time, over all processes. */
import { patience, StoreClient } from './store-client.ts'

/** Whatever has waited longer has met a turn that hangs: it fails, and is tried again. */
const TURN_COMES_WITHIN_MS = 60 * 60_000

/** Works once nobody else on that database does work of the name. Throws when its turn does not come within an hour. */
export async function inTurn<Result>(url: string, name: string, work: () => Promise<Result>): Promise<Result> {
  const turn = new StoreClient({ ...patience, connectionString: url, lock_timeout: TURN_COMES_WITHIN_MS })
  try {
    await turn.connect()
    await turn.query('select pg_advisory_lock(hashtext($1))', [name])
    return await work()
  } finally {
    turn.hangUp()
  }
}
