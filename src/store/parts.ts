/** Parts of a list's rows that are joined in the same statement when a request is going to ask for them. */
import type { Wanted } from '../graph/selection.ts'

/** Columns that are enough while no other fields than these are asked for: rows without their long texts. */
export interface Light {
  fields: ReadonlySet<string>
  columns: string
}

/** Something to join to each row of a page, whose columns the joins know as `x`. */
export interface Part {
  /** Joined when one of these fields is asked for, named as in `run.course`; the first one is the object that is joined. */
  wanted: readonly [string, ...string[]]
  /** Its columns, named by `asPart`. */
  columns: string
  light?: Light
  /** The join, after the page was cut; `?` stands for `value`. */
  join: string
  value?: unknown
}

/** Columns such as `r.id, r.starts_at` as those of the object `name`. The first is never null, so it tells whether there is one. */
export function asPart(name: string, columns: string): string {
  return columns
    .split(/,\s*/)
    .map((column) => `${column} as "${name}.${column.replace(/^.*\./s, '')}"`)
    .join(', ')
}

/** Whether of the object at `path` ('' for the row itself) no other fields than those of `light` are wanted. */
export function isLight({ fields }: Light, wanted: Wanted, path = ''): boolean {
  const start = path === '' ? '' : `${path}.`
  for (const name of wanted) {
    if (!name.startsWith(start) || name.includes('.', start.length)) continue
    if (!fields.has(name.slice(start.length))) return false
  }
  return true
}

/** The parts that a request is going to ask for, with the columns that it needs of them. */
export function partsWanted(parts: readonly Part[] | undefined, wanted: Wanted): readonly Part[] {
  if (parts === undefined || wanted.size === 0) return []
  return parts
    .filter((part) => part.wanted.some((name) => wanted.has(name)))
    .map((part) => {
      const {
        light,
        wanted: [path],
      } = part
      return light && isLight(light, wanted, path) ? { ...part, columns: light.columns } : part
    })
}
