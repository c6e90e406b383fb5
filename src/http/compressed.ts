/** Compresses answers for clients that take it, and those that are kept once. */
import { promisify } from 'node:util'
import { brotliCompress, constants, crc32, deflateRaw } from 'node:zlib'
import type { KeptAnswer } from '../graph/caching/response-cache.ts'
import type { Answer } from './known-request.ts'

export type Encoding = 'br' | 'gzip'

/** What is shorter fits into a packet or two, however it is written. */
export const LEAST_COMPRESSED_BYTES = 1024
/** Of 83 kB of courses 12.4 kB in 1 ms; 4 leaves 13.2 in 0.7, 7 takes 6 ms for as much. */
const BROTLI_LEVEL = 5
/** Of the same 13.5 kB in 0.7 ms; 9 leaves 13.3. */
const GZIP_LEVEL = 6
/** The encoding that an Accept-Encoding header takes, brotli rather than gzip; null for none. */
export function acceptedEncoding(header: string | undefined): Encoding | null {
  if (header === undefined) return null
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
    weights.set(name, Number(weight))
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  const [br, gzip] = [weightOf('br'), weightOf('gzip')]
  if (br > 0 && br >= gzip) return 'br'
  return gzip > 0 ? 'gzip' : null
}

/** A compressed beginning, to which an end can be joined. */
interface Head {
  bytes: Buffer
  crc: number
  length: number
}

const brotli = promisify(brotliCompress)
const deflate = promisify<Buffer, object, Buffer>(deflateRaw)

/** Whole bytes, without an end: of these formats both can be broken off there. */
async function compressHead(text: string, encoding: Encoding): Promise<Head> {
  const plain = Buffer.from(text)
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, BROTLI_OPERATION_FLUSH, Z_SYNC_FLUSH } = constants
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_LEVEL, [BROTLI_PARAM_SIZE_HINT]: plain.length }
  const bytes =
    encoding === 'br'
      ? await brotli(plain, { params, finishFlush: BROTLI_OPERATION_FLUSH })
      : await deflate(plain, { level: GZIP_LEVEL, finishFlush: Z_SYNC_FLUSH })
  return { bytes, crc: encoding === 'br' ? 0 : crc32(plain), length: plain.length }
}

/** RFC 7932, 9.2: a meta-block that is not compressed (of up to 65,536 bytes), and an empty one that is the last. */
function endBrotli({ bytes }: Head, tail: Buffer): Buffer {
  const last = Buffer.of(0x03)
  if (tail.length === 0) return Buffer.concat([bytes, last])
  const header = Buffer.alloc(3)
  header.writeUIntLE(((tail.length - 1) << 3) | (1 << 19), 0, 3)
  return Buffer.concat([bytes, header, tail, last])
}

const gzipHeader = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)

/** RFC 1951, 3.2.4: a last block that is not compressed; RFC 1952, 2.3.1: the checksum and length of all. */
function endGzip({ bytes, crc, length }: Head, tail: Buffer): Buffer {
  const block = Buffer.of(1, 0, 0, 0, 0)
  block.writeUInt16LE(tail.length, 1)
  block.writeUInt16LE(~tail.length & 0xffff, 3)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(tail, crc), 0)
  trailer.writeUInt32LE(length + tail.length, 4)
  return Buffer.concat([gzipHeader, bytes, block, tail, trailer])
}

/** Heads of kept answers, for as long as they are kept. */
const heads: Record<Encoding, WeakMap<KeptAnswer, Promise<Head>>> = { br: new WeakMap(), gzip: new WeakMap() }

function keptHead(kept: KeptAnswer, text: string, encoding: Encoding): Promise<Head> {
  let head = heads[encoding].get(kept)
  if (head === undefined) {
    head = compressHead(text, encoding)
    heads[encoding].set(kept, head)
  }
  return head
}

/** The answer's bytes. What is kept of it is compressed once; what follows that, its cost, is not worth it. */
export async function compressed({ body, kept }: Pick<Answer, 'body' | 'kept'>, encoding: Encoding): Promise<Buffer> {
  const end = kept?.characters ?? body.length
  const text = body.slice(0, end)
  const head = await (kept ? keptHead(kept.answer, text, encoding) : compressHead(text, encoding))
  const tail = Buffer.from(body.slice(end))
  return encoding === 'br' ? endBrotli(head, tail) : endGzip(head, tail)
}
