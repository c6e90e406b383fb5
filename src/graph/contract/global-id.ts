/** Encodes and decodes opaque global ids of type name and uuid. */

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const UUID_CHARACTERS = 36

/** For each type, room in which its name stands already and a uuid is put behind it: nothing is allocated for an id. */
const rooms = new Map<string, Buffer>()

function roomOf(typeName: string): Buffer {
  const room = Buffer.from(`${typeName}:${' '.repeat(UUID_CHARACTERS)}`, 'latin1')
  rooms.set(typeName, room)
  return room
}

const encoded = (typeName: string, uuid: string) => Buffer.from(`${typeName}:${uuid}`, 'latin1').toString('base64url')

/** The id that clients see of a row. `typeName` is one of ours: each has its room for good. */
export function globalId(typeName: string, uuid: string): string {
  if (uuid.length !== UUID_CHARACTERS) return encoded(typeName, uuid)
  const room = rooms.get(typeName) ?? roomOf(typeName)
  room.write(uuid, typeName.length + 1, 'latin1')
  return room.toString('base64url')
}

/** Type and uuid behind a client's id; null when it is not an id of ours. */
export function readGlobalId(id: string): { typeName: string; uuid: string } | null {
  if (id.length > 120) return null
  const text = Buffer.from(id, 'base64url').toString('latin1')
  const colon = text.indexOf(':')
  const typeName = text.slice(0, colon)
  const uuid = text.slice(colon + 1)
  if (colon < 1 || !uuidPattern.test(uuid) || encoded(typeName, uuid) !== id) return null
  return { typeName, uuid }
}

/** The uuid behind a client's id when it is of that type; null otherwise, so that a wrong id reads like an unknown one. */
export function uuidOf(typeName: string, id: string): string | null {
  const read = readGlobalId(id)
  return read?.typeName === typeName ? read.uuid : null
}
