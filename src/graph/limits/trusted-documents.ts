/** Decides which documents a caller may send, by hash or by right. */
import { LRUCache } from 'lru-cache'
import type { Viewer } from '../../auth/viewer.ts'
import { badUserInput, ErrorCode, forbidden, GraphError, tooLong } from '../contract/errors.ts'
import { sha256Of, type TrustedManifest } from './trusted-manifest.ts'

/** Kinds of callers, of which one viewer can be several. */
export type CallerKind = 'anonymous' | 'learner' | 'staff' | 'client' | 'operator' | 'router'

export interface TrustedDocumentsOptions {
  texts: TrustedManifest
  /** Who may send documents that are not known; null: everybody, and hashes are learnt from whoever sends both. */
  arbitraryFor: ReadonlySet<CallerKind> | null
}

/** The parts of a request that name its document. */
export interface DocumentRequest {
  query?: unknown
  documentId?: unknown
  extensions?: unknown
}

/** Of a sha256 in hexadecimal. */
const HASH_CHARACTERS = 64
/** Characters of the documents that are learnt outside production. */
const LEARNT_CHARACTERS = 2 * 1024 * 1024

interface PersistedQuery {
  sha256Hash: string
  version: unknown
}

function persistedQueryOf(extensions: unknown): PersistedQuery | null {
  if (typeof extensions !== 'object' || extensions === null || !('persistedQuery' in extensions)) return null
  const { persistedQuery } = extensions
  if (typeof persistedQuery !== 'object' || persistedQuery === null) return null
  const { sha256Hash, version } = persistedQuery as Partial<PersistedQuery>
  return typeof sha256Hash === 'string' ? { sha256Hash, version } : null
}

/** What clients of automatic persisted queries look for, to send the whole document next; so it is no failure in HTTP. */
class PersistedQueryNotFound extends GraphError {
  constructor() {
    super(ErrorCode.NotFound, 'PersistedQueryNotFound', { code: 'PERSISTED_QUERY_NOT_FOUND' })
  }

  override get status(): number {
    return 200
  }
}

export class TrustedDocuments {
  private readonly options: TrustedDocumentsOptions
  private readonly learnt = new LRUCache<string, string>({
    maxSize: LEARNT_CHARACTERS,
    sizeCalculation: (text, hash) => text.length + hash.length,
  })

  constructor(options: TrustedDocumentsOptions) {
    this.options = options
  }

  /**
   * The document of a request, null when it names none. Throws PERSISTED_QUERY_NOT_FOUND for an unknown hash, FORBIDDEN
   * for an unknown document from a caller without the right, BAD_USER_INPUT for a hash that is not the document's.
   */
  textOf({ query, documentId, extensions }: DocumentRequest, viewer: Viewer): string | null {
    const text = typeof query === 'string' && query !== '' ? query : null
    const persisted = persistedQueryOf(extensions)
    if (persisted && persisted.version !== 1)
      throw badUserInput('Only version 1 of persistedQuery is known.', 'extensions')
    const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : persisted?.sha256Hash
    if (id === undefined) return text === null ? null : this.permitted(text, viewer)
    if (id.length > HASH_CHARACTERS) {
      throw tooLong(
        [id === persisted?.sha256Hash ? 'extensions' : 'documentId'],
        'characters',
        id.length,
        HASH_CHARACTERS,
      )
    }
    const known = this.options.texts.get(id) ?? this.learnt.get(id)
    if (text === null) {
      if (known === undefined) throw new PersistedQueryNotFound()
      return known
    }
    if (known === text) return known
    if (sha256Of(text) !== id) throw badUserInput('The hash is not the sha256 of the document.', 'extensions')
    this.permitted(text, viewer)
    if (this.options.arbitraryFor === null) this.learnt.set(id, text)
    return text
  }

  private permitted(text: string, viewer: Viewer): string {
    const { arbitraryFor, texts } = this.options
    if (arbitraryFor === null || kindsOf(viewer).some((kind) => arbitraryFor.has(kind)) || texts.has(sha256Of(text))) {
      return text
    }
    throw forbidden('Only known documents are answered here: have yours added to the manifest of trusted documents.')
  }
}

function kindsOf({ anonymous, learner, staff, client, operator, router }: Viewer): CallerKind[] {
  if (anonymous) return ['anonymous']
  const kinds: CallerKind[] = []
  if (learner) kinds.push('learner')
  if (staff) kinds.push('staff')
  if (client) kinds.push('client')
  if (operator) kinds.push('operator')
  if (router) kinds.push('router')
  return kinds
}
