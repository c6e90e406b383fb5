/** Runs subscriptions for every transport under the same limits as queries. */
import { createSourceEventStream, type ExecutionResult, OperationTypeNode } from 'graphql'
import type { Logger } from 'pino'
import type { Viewer } from '../../auth/viewer.ts'
import { badUserInput, tookTooLong } from '../contract/errors.ts'
import type { Executor } from '../execution/executor.ts'
import { maskErrors, publicError } from '../execution/mask-errors.ts'
import { type ContextParts, GraphRequest, RequestEnded } from '../execution/request.ts'
import type { Transport } from '../execution/transport.rules.ts'
import type { Variables } from '../execution/variables.ts'
import type { Documents } from '../limits/documents.ts'
import type { InFlight } from '../limits/in-flight.ts'
import type { DocumentRequest, TrustedDocuments } from '../limits/trusted-documents.ts'
import { mapEvents } from './map-events.ts'

export interface StreamsOptions {
  executor: Executor
  documents: Documents
  trusted: TrustedDocuments
  inFlight: InFlight
  buildContext(parts: ContextParts): object
  log: Logger
  /** For each single answer: a query's, an event's, or that a subscription has begun. */
  deadlineMs: number
  /** Hears of every operation once it is answered, or has begun to be. */
  onAnswered(request: GraphRequest, durationMs: number): void
}

/** What a client sends to start an operation. */
export interface StreamRequest extends DocumentRequest {
  operationName?: string | null
  variables?: Variables | null
}

export interface StreamCaller {
  viewer: Viewer
  correlationId: string
  transport: Transport
  /** How many times the operation counts among those in flight; once when left out. */
  weight?: number
  /** Fires when the client has gone. */
  gone: AbortSignal
}

export type ResultStream = AsyncGenerator<ExecutionResult, void, void>

/** One answer, or answers until somebody ends them. */
export type StreamAnswer = ExecutionResult | ResultStream

export function isStream(answer: StreamAnswer): answer is ResultStream {
  return Symbol.asyncIterator in answer
}

export class Streams {
  private readonly options: StreamsOptions
  private readonly open = new Set<ResultStream>()
  private readonly cutShort = new WeakSet<ResultStream>()

  constructor(options: StreamsOptions) {
    this.options = options
  }

  /** Streams that are open now, for the metrics. */
  get count(): number {
    return this.open.size
  }

  /** Starts an operation; refusals are answers, too. Never rejects. */
  async start(asked: StreamRequest, caller: StreamCaller): Promise<StreamAnswer> {
    const startedAt = performance.now()
    const request = this.requestOf(caller)
    const { inFlight } = this.options
    const answering = async () => inFlight.run(request, () => this.answer(asked, caller, request), caller.weight)
    const answer = await this.inTime(request, caller, answering())
    if (!isStream(answer)) request.facts.codes = (answer.errors ?? []).map(({ extensions }) => String(extensions.code))
    this.options.onAnswered(request, performance.now() - startedAt)
    return answer
  }

  /** Stops the request when its client leaves or it takes too long, as the same over HTTP is stopped. Never rejects. */
  private inTime<Answer extends StreamAnswer>(
    request: GraphRequest,
    { gone }: StreamCaller,
    work: Promise<Answer>,
  ): Promise<Answer | ExecutionResult> {
    const { deadlineMs, log } = this.options
    const { correlationId } = request
    return new Promise((resolve) => {
      const left = () => request.clientLeft()
      gone.addEventListener('abort', left, { once: true })
      const deadline = setTimeout(() => {
        request.abort(new RequestEnded(`The request took longer than ${deadlineMs} ms.`))
        request.log.error({ deadlineMs, operationName: request.facts.operationName }, 'request passed its deadline')
        resolve({ errors: [tookTooLong(deadlineMs, correlationId)] })
        // A subscription that begins too late has nobody to tell.
        work.then((late) => (isStream(late) ? late.return() : undefined)).catch(() => undefined)
      }, deadlineMs)
      work
        .then(resolve, (error) => resolve({ errors: [publicError(error, correlationId, log)] }))
        .finally(() => {
          clearTimeout(deadline)
          gone.removeEventListener('abort', left)
        })
    })
  }

  private async answer(asked: StreamRequest, caller: StreamCaller, request: GraphRequest): Promise<StreamAnswer> {
    const { trusted, documents, executor } = this.options
    const text = trusted.textOf(asked, caller.viewer)
    if (text === null) throw badUserInput('Send a document in "query".', 'query')
    const refusal = documents.valid(text) === null ? await executor.admitDocument(text, request) : null
    if (refusal) return { errors: [refusal] }
    const { document, errors } = documents.read(text)
    if (errors) return { errors }
    const { operationName, variables } = asked
    const execution = { document, operationName, variables, request, transport: caller.transport }
    return executor.kindOf(execution) === OperationTypeNode.SUBSCRIPTION
      ? this.subscribe(execution, caller)
      : executor.run(execution)
  }

  /** Ends a stream that has not come to its own end: its client begins again, with another replica or another token. */
  async cut(stream: ResultStream): Promise<void> {
    this.cutShort.add(stream)
    await stream.return()
  }

  /** Whether more would have come. */
  wasCut(stream: ResultStream): boolean {
    return this.cutShort.has(stream)
  }

  /** Cuts every stream. */
  async close(): Promise<void> {
    await Promise.all([...this.open].map((stream) => this.cut(stream)))
  }

  private requestOf({ viewer, correlationId }: StreamCaller): GraphRequest {
    return new GraphRequest(viewer, correlationId, this.options.log, this.options.buildContext)
  }

  private async subscribe(execution: Parameters<Executor['run']>[0], caller: StreamCaller): Promise<StreamAnswer> {
    const { executor, inFlight, log } = this.options
    const { request } = execution
    const admission = await executor.admit(execution)
    if ('errors' in admission) return { errors: admission.errors }
    const { operation, given } = admission
    const source = await createSourceEventStream({
      schema: executor.schema,
      document: operation.document,
      operationName: operation.name,
      variableValues: given,
      contextValue: request.context,
    })
    if (!(Symbol.asyncIterator in source)) return { ...source, errors: maskErrors(source.errors ?? [], request) }
    let answering = request
    const stream: ResultStream = mapEvents(source, {
      // Each event is a request of its own: what an earlier one loaded is out of date.
      answer: (rootValue) => {
        answering = this.requestOf(caller)
        const event = { ...execution, request: answering, rootValue }
        const turn = async () => inFlight.runInTurn(event.request, () => executor.answerEvent(admission, event))
        return this.inTime(answering, caller, turn())
      },
      fault: (error) => ({ errors: [publicError(error, caller.correlationId, log)] }),
      ended: () => {
        this.open.delete(stream)
        for (const one of [request, answering]) one.abort(new RequestEnded('The subscription has ended.'))
      },
    })
    this.open.add(stream)
    return stream
  }
}
