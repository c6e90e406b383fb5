/** Describes one request through the graph: its caller, cancellation, log and metrics. */
import { OperationTypeNode } from 'graphql'
import type { Logger } from 'pino'
import type { Viewer } from '../../auth/viewer.ts'

/** What is learnt while a request runs; read once, when it is answered. */
export interface RequestFacts {
  operationName: string | null
  kind: OperationTypeNode | null
  /** Codes of the errors in the answer, each as often as it occurs. */
  codes: string[]
  /** Value of the Cache-Control header that the document's policy allows; null for the default, `no-store`. */
  cacheControl: string | null
}

/** What the features' context is built from. `signal` and `log` are made when first read. */
export interface ContextParts {
  readonly viewer: Viewer
  readonly correlationId: string
  readonly signal: AbortSignal
  readonly log: Logger
  /** The header as it was sent. */
  readonly acceptLanguage?: string | undefined
}

/** Nobody waits for the answer any more; what was under way for it ends with this. */
export class RequestEnded extends Error {
  override readonly name = 'RequestEnded'
}

/** A request with its caller. `context` is what resolvers get; the platform never looks inside. */
export class GraphRequest implements ContextParts {
  readonly viewer: Viewer
  readonly correlationId: string
  readonly facts: RequestFacts = { operationName: null, kind: null, codes: [], cacheControl: null }
  readonly acceptLanguage: string | undefined
  readonly context: object
  private readonly parentLog: Logger
  private ownLog: Logger | null = null
  private controller: AbortController | null = null
  private abortReason: RequestEnded | null = null

  constructor(
    viewer: Viewer,
    correlationId: string,
    log: Logger,
    buildContext: (parts: ContextParts) => object,
    acceptLanguage?: string,
  ) {
    this.viewer = viewer
    this.correlationId = correlationId
    this.parentLog = log
    this.acceptLanguage = acceptLanguage
    this.context = buildContext(this)
  }

  get log(): Logger {
    this.ownLog ??= this.parentLog.child({ correlationId: this.correlationId })
    return this.ownLog
  }

  /** Aborted when the deadline passes, or when the client goes away and nothing is being written. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController()
      if (this.abortReason !== null) this.controller.abort(this.abortReason)
    }
    return this.controller.signal
  }

  get aborted(): boolean {
    return this.abortReason !== null
  }

  /** What is only read for a client that has left is stopped; what it asked to be done is done to the end. */
  clientLeft(): void {
    if (this.facts.kind !== OperationTypeNode.MUTATION) this.abort(new RequestEnded('The client went away.'))
  }

  abort(reason: RequestEnded): void {
    if (this.abortReason !== null) return
    this.abortReason = reason
    this.controller?.abort(reason)
  }
}
