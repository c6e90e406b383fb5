/** Declares a DataLoader, created once for each request that uses it. */
import DataLoader from 'dataloader'

/** The loaders of one request. */
export type Loads = Map<object, DataLoader<unknown, unknown>>

/** What is at hand when the read before has looked ahead, else loaded. */
export type Loaded<Value> = Value | Promise<Value>

interface WithLoads {
  loads: Loads
}

/**
 * Declares a batched read where it is read. `batch` gets distinct keys and answers in their order, null for what is
 * not there. Used as `load(context, key)`; keys are texts, or objects with `cacheKey` said.
 */
export function defineLoader<Key, Value, Ctx extends WithLoads>(
  batch: (context: Ctx, keys: readonly Key[]) => Promise<readonly (Value | Error)[]>,
  options: { cacheKey?: (key: Key) => string; maxBatchSize?: number } = {},
): (context: Ctx, key: Key) => Promise<Value> {
  const declaration = {}
  return (context, key) => {
    let loader = context.loads.get(declaration) as DataLoader<Key, Value, unknown> | undefined
    if (!loader) {
      loader = new DataLoader<Key, Value, unknown>((keys) => batch(context, keys), {
        maxBatchSize: options.maxBatchSize ?? 10_000,
        ...(options.cacheKey && { cacheKeyFn: options.cacheKey }),
      })
      context.loads.set(declaration, loader as DataLoader<unknown, unknown>)
    }
    return loader.load(key)
  }
}

/** The rows in the order of the keys; null where there is none. */
export function inOrder<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  return keys.map((key) => byKey.get(key) ?? null)
}

/** The rows of each key, in the rows' order; an empty list where there are none. */
export function grouped<Key, Row>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key): Row[][] {
  const groups = new Map<Key, Row[]>(keys.map((key) => [key, []]))
  for (const row of rows) groups.get(keyOf(row))?.push(row)
  return keys.map((key) => groups.get(key) as Row[])
}
