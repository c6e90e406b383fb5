/** Reads ids as the gateway writes them. */

/** The id itself, and the row that an id of the graph names: base64url of `Payment:<uuid>`. */
export function namesOf(id: string): string[] {
  const [, row] = /^\w+:([\w-]+)$/.exec(Buffer.from(id, 'base64url').toString()) ?? []
  return row === undefined ? [id] : [id, row]
}
