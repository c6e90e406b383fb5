/** Recognises requests of documents already validated, to answer them without Apollo. */
import type { FastifyRequest } from 'fastify'
import type { DocumentNode } from 'graphql'
import type { KeptAnswer } from '../graph/caching/response-cache.ts'
import type { Result } from '../graph/execution/executor.ts'
import { refusalOf } from '../graph/execution/mask-errors.ts'
import type { Variables } from '../graph/execution/variables.ts'
import { costJson } from '../graph/limits/admission.ts'
import type { StreamRequest } from '../graph/streaming/streams.ts'

export interface KnownRequest {
  document: DocumentNode
  operationName: string | null | undefined
  variables: Variables | null | undefined
  mediaType: string
}

function isRecordOrNothing(value: unknown): boolean {
  return value == null || (typeof value === 'object' && !Array.isArray(value))
}

const isTextOrNothing = (value: unknown): boolean => value == null || typeof value === 'string'

/** Accept headers that are remembered: browsers and clients send some ten. */
const MOST_MEDIA_TYPES = 100
/** Longer ones are answered all the same, and not remembered: browsers send some 130. */
const LONGEST_MEDIA_TYPE_CHARACTERS = 200

/** Remembers how Apollo answered, so that the same is answered without it. */
export class KnownRequests {
  /** What Apollo chose for an Accept header. */
  private readonly mediaTypes = new Map<string, string>()

  /** Apollo answered a request with this media type. */
  answeredAs({ headers }: FastifyRequest, mediaType: string | undefined): void {
    const { accept = '' } = headers
    if (mediaType === undefined || accept.length > LONGEST_MEDIA_TYPE_CHARACTERS) return
    // Those in use come again.
    if (this.mediaTypes.size >= MOST_MEDIA_TYPES) this.mediaTypes.clear()
    this.mediaTypes.set(accept, mediaType)
  }

  /** The request, `document` being what was validated before; null when Apollo is to look at it: it is new, or odd. */
  read(
    { headers }: FastifyRequest,
    parameters: StreamRequest | null,
    document: DocumentNode | null,
  ): KnownRequest | null {
    if (parameters === null || document === null) return null
    const mediaType = this.mediaTypes.get(headers.accept ?? '')
    if (mediaType === undefined) return null
    const { operationName, variables, extensions } = parameters
    const plain = isTextOrNothing(operationName) && isRecordOrNothing(variables) && isRecordOrNothing(extensions)
    return plain ? { document, operationName, variables, mediaType } : null
  }
}

/** What is to be sent: Apollo's answer, or one as Apollo gives it. */
export interface Answer {
  status: number | undefined
  headers: Iterable<[string, string]>
  body: string
  /** What its beginning is, where that had been kept. */
  kept: { answer: KeptAnswer; characters: number } | null
}

/** The result as Apollo sends it: a refusal of the whole request decides status and headers. */
export function knownAnswer(result: Result, { mediaType }: KnownRequest): Answer {
  if ('text' in result) {
    const { text, extensions, kept } = result
    const head = `{"data":${text}`
    return {
      status: undefined,
      headers: [['content-type', mediaType]],
      body: `${head},"extensions":{"cost":${costJson(extensions.cost)}}}\n`,
      kept: kept ? { answer: kept, characters: head.length } : null,
    }
  }
  const { errors, data, extensions } = result
  const refusal = refusalOf(result)
  return {
    status: refusal?.status,
    headers: [['content-type', mediaType], ...(refusal?.headers ?? [])],
    body: `${JSON.stringify({ errors, data, extensions })}\n`,
    kept: null,
  }
}
