/** Derives a seeded thing's uuid from its name, equal at every start. */
import { createHash } from 'node:crypto'

/** A version 5 uuid in a name space of the sandbox's own: equal names give equal uuids. */
export function stableUuid(name: string): string {
  const digest = createHash('sha1').update(`registration partner sandbox/${name}`).digest()
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6)
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = digest.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
