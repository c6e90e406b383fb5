/** Decodes compressed request bodies, whose limit of bytes holds for the text. */
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { FastifyInstance, RequestPayload } from 'fastify'

type Decode = (encoded: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const decoders: ReadonlyMap<string, Decode> = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

/** In a refusal's Accept-Encoding. */
export const BODY_ENCODINGS = 'gzip, deflate, br'

/** A body that is refused, with the code by which it is worded. */
class BodyRefused extends Error {
  readonly statusCode: number
  readonly code: string

  constructor(statusCode: number, code: string) {
    super(code)
    this.statusCode = statusCode
    this.code = code
  }
}

/** Adds the hook; what is larger than `bodyBytes` is refused as any other body, however small it came. */
export function decodeBodies(scope: FastifyInstance, bodyBytes: number): void {
  scope.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase()
    if (encoding === undefined || encoding === 'identity') return done(null, payload)
    const decode = decoders.get(encoding)
    if (decode === undefined) return done(new BodyRefused(415, 'UNKNOWN_ENCODING'))
    decoded(payload, decode, bodyBytes).then((text) => done(null, text), done)
  })
}

async function decoded(payload: RequestPayload, decode: Decode, bodyBytes: number): Promise<RequestPayload> {
  const chunks: Buffer[] = []
  let receivedEncodedLength = 0
  for await (const chunk of payload) {
    receivedEncodedLength += chunk.length
    if (receivedEncodedLength > bodyBytes) throw new BodyRefused(413, 'FST_ERR_CTP_BODY_TOO_LARGE')
    chunks.push(chunk)
  }
  try {
    const text = await decode(Buffer.concat(chunks), { maxOutputLength: bodyBytes })
    // Fastify holds Content-Length against what came.
    return Object.assign(Readable.from([text]), { receivedEncodedLength })
  } catch (error) {
    const isTooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    throw isTooLarge ? new BodyRefused(413, 'FST_ERR_CTP_BODY_TOO_LARGE') : new BodyRefused(400, 'BROKEN_ENCODING')
  }
}
