/** Executes operations: compiled when often used, by graphql-js otherwise. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, OperationTypeNode } from 'graphql'
import type { Viewer } from '../../auth/viewer.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { CachePolicy } from '../caching/cache-policy.ts'
import type { KeptAnswer, Place, ResponseCache } from '../caching/response-cache.ts'
import type { GraphError } from '../contract/errors.ts'
import type { Admission, CostReport, ReservedCost } from '../limits/admission.ts'
import { AnswerTooLarge, answerBytesFor, pointsOfTooLarge } from '../limits/answer-size.ts'
import { CompiledQueries, type CompileOptions } from './compiled-queries.ts'
import { countingResolver } from './counting-resolver.ts'
import { maskErrors } from './mask-errors.ts'
import { type Executed, measureAnswer } from './measure-answer.ts'
import { type Operation, Operations } from './operation.ts'
import { type GraphRequest, RequestEnded } from './request.ts'
import { ShownSchema } from './shown-schema.ts'
import { type Transport, transportRefusal } from './transport.rules.ts'
import type { Variables } from './variables.ts'

/** An answer without errors whose data is JSON already. */
export interface WrittenResult {
  text: string
  /** The answer that it is, where one had been kept. */
  kept?: KeptAnswer
  extensions: { cost: CostReport }
}

export type Result = WrittenResult | ExecutionResult

type Soon<Value> = Value | Promise<Value>

/** What is asked of the executor: a validated document, and its request. */
export interface Execution {
  document: DocumentNode
  operationName: string | null | undefined
  variables: Variables | null | undefined
  request: GraphRequest
  /** Left out: nobody's, for work of our own. */
  transport?: Transport
  /** An event's payload, for subscriptions. */
  rootValue?: unknown
}

const compileDefaults: CompileOptions = { enabled: true, maximum: 500, atUse: 3 }

export interface ExecutorOptions {
  compile?: Partial<CompileOptions>
  admission: Admission
  /** Left out: nobody may keep any answer. */
  cachePolicy?: CachePolicy
  /** Where the policy's answers are kept; left out: each is made anew. */
  answers?: ResponseCache
  tracing?: Tracing | null
  /** The most that an answer's data may have; left out: as much as goes with its caller. */
  answerBytes?: number
  /** Hears once for each request that uses it. */
  onDeprecatedUse?(coordinate: string): void
}

export class Executor {
  readonly compiledQueries: CompiledQueries
  readonly operations: Operations
  readonly schema: GraphQLSchema
  private readonly options: ExecutorOptions
  private readonly shown: ShownSchema

  constructor(schema: GraphQLSchema, options: ExecutorOptions) {
    this.schema = schema
    this.options = options
    this.shown = new ShownSchema(schema)
    this.operations = new Operations(schema, options.cachePolicy ?? (() => null))
    this.compiledQueries = new CompiledQueries(schema, { ...compileDefaults, ...options.compile })
  }

  /** Answers one operation with its data as an object; otherwise as `write`. */
  async run(execution: Execution): Promise<ExecutionResult> {
    const result = await this.write(execution)
    return 'text' in result ? { data: JSON.parse(result.text), extensions: { ...result.extensions } } : result
  }

  /**
   * Answers one operation; errors come masked, with codes, and `extensions.cost` says what it came to. A promise only when
   * something has to be waited for. Never throws what a client asked for.
   */
  write(execution: Execution): Soon<Result> {
    const admission = this.admit(execution)
    if (admission instanceof Promise) return admission.then((admitted) => this.answer(admitted, execution))
    return this.answer(admission, execution)
  }

  private answer(admission: AdmissionOutcome, execution: Execution): Soon<Result> {
    const { request } = execution
    if ('errors' in admission) return refusal(request, admission.errors)
    const { operation, read } = admission
    const place = this.options.answers?.placeFor(operation, read, request) ?? null
    const known = place?.found() ?? null
    if (known instanceof Promise) return known.then((kept) => this.finish(admission, execution, place, kept))
    return this.finish(admission, execution, place, known)
  }

  /** From what is known already, or by executing it and keeping the answer at its place. */
  private finish(
    admission: Admitted,
    execution: Execution,
    place: Place | null,
    known: KeptAnswer | null,
  ): Soon<Result> {
    const { request } = execution
    const { operation, given, read } = admission
    if (known) return { ...this.closeWritten(admission, request, known), kept: known }
    const executed = this.execute(operation, given, read, execution)
    if (executed instanceof Promise) return executed.then((answer) => this.close(admission, request, answer, place))
    return this.close(admission, request, executed, place)
  }

  /** Settles the cost of the answer, keeps it at its place when it may be kept, and masks its errors. */
  private close(admission: Admitted, request: GraphRequest, executed: Executed, place: Place | null): Result {
    const { reserved } = admission
    const { admission: limits } = this.options
    try {
      const { text, cost, result } = measureAnswer(admission, executed, this.answerBytesOf(request))
      if (result?.errors === undefined) {
        place?.keep({ text, cost })
        return this.closeWritten(admission, request, { text, cost })
      }
      const { data, errors } = result
      return { data, errors: maskErrors(errors, request), extensions: { cost: limits.settle(reserved, cost) } }
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error
      const cost = limits.settle(reserved, reserved.requested + pointsOfTooLarge(this.answerBytesOf(request)))
      return { ...refusal(request, [error]), extensions: { cost } }
    }
  }

  private closeWritten(
    { operation, reserved }: Admitted,
    request: GraphRequest,
    { text, cost }: KeptAnswer,
  ): WrittenResult {
    if (request.viewer.anonymous) request.facts.cacheControl = operation.cacheControl
    return { text, extensions: { cost: this.options.admission.settle(reserved, cost) } }
  }

  /** Finds the operation, reads its variables and reserves its cost; or says why it is refused. */
  admit(execution: Omit<Execution, 'rootValue'>): AdmissionOutcome | Promise<AdmissionOutcome> {
    const { request, document, operationName } = execution
    const operation = this.operations.find(document, operationName)
    if (!('node' in operation)) return { errors: [operation] }
    request.facts.operationName = operation.name
    request.facts.kind = operation.node.operation
    const misplaced = execution.transport && transportRefusal(operation.node.operation, execution.transport)
    if (misplaced) return { errors: [misplaced] }
    const given = execution.variables ?? {}
    const variables = operation.readVariables(given)
    if (variables.errors) return { errors: variables.errors }
    const read = variables.values
    operation.uses += 1
    for (const coordinate of operation.deprecated) this.options.onDeprecatedUse?.(coordinate)
    for (const coordinate of operation.deprecatedIn?.(given) ?? []) this.options.onDeprecatedUse?.(coordinate)
    const reserved = this.options.admission.admit(operation.cost, read, request)
    if (reserved instanceof Promise) return reserved.then((settled) => admissionOf(settled, operation, given, read))
    return admissionOf(reserved, operation, given, read)
  }

  /** Why a document that is not known is not even parsed for that caller; null when it may be. */
  admitDocument(text: string, request: GraphRequest): Promise<GraphError | null> {
    return this.options.admission.admitDocument(text, request)
  }

  /** Why a body of so many bytes is not even read for that caller; null when it may be. */
  admitBody(bytes: number, viewer: Viewer): Promise<GraphError | null> {
    return this.options.admission.admitBody(bytes, viewer)
  }

  /** What kind of operation is asked for; null when there is none of that name. */
  kindOf({ document, operationName }: Pick<Execution, 'document' | 'operationName'>): OperationTypeNode | null {
    const operation = this.operations.find(document, operationName)
    return 'node' in operation ? operation.node.operation : null
  }

  /**
   * Answers one event of a subscription that was admitted. Its objects were paid for when the subscription began, its long
   * texts are now.
   */
  async answerEvent(admission: Admitted, execution: Execution): Promise<ExecutionResult> {
    const { operation, given, read, reserved } = admission
    const { request } = execution
    try {
      const executed = await this.execute(operation, given, read, execution)
      const { text, result, texts } = measureAnswer(admission, executed, this.answerBytesOf(request))
      this.options.admission.takeMore(reserved, texts)
      const { data, errors } = result ?? { data: JSON.parse(text) }
      return errors === undefined ? { data } : { data, errors: maskErrors(errors, request) }
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error
      this.options.admission.takeMore(reserved, pointsOfTooLarge(this.answerBytesOf(request)))
      return refusal(request, [error])
    }
  }

  private answerBytesOf({ viewer }: GraphRequest): number {
    return this.options.answerBytes ?? answerBytesFor(viewer)
  }

  private execute(operation: Operation, given: Variables, read: Variables, execution: Execution): Soon<Executed> {
    const { tracing } = this.options
    if (!tracing) return this.resolve(operation, given, read, execution)
    const kind = operation.node.operation
    const facts = { 'graphql.operation.type': kind, 'graphql.operation.name': operation.name ?? '' }
    return tracing.step(`graphql ${kind} ${operation.name ?? ''}`.trim(), facts, async () =>
      this.resolve(operation, given, read, execution),
    )
  }

  private resolve(operation: Operation, given: Variables, read: Variables, execution: Execution): Soon<Executed> {
    const { request } = execution
    const shown = this.shown.insteadFor(operation, request.viewer)
    // What is compiled is written for what is served, whoever asks.
    const compiled = shown ? null : this.compiledQueries.get(operation, read)
    if (!compiled) return this.interpret(shown ?? this.schema, operation, given, execution)
    return compiled(request.context, read, { bytes: this.answerBytesOf(request), onTooLarge: () => stopWork(request) })
  }

  private interpret(schema: GraphQLSchema, operation: Operation, given: Variables, { request, rootValue }: Execution) {
    const { document, name, node } = operation
    return new Promise<ExecutionResult>((resolve, reject) => {
      const tooLarge = (error: AnswerTooLarge) => {
        stopWork(request)
        resolve({ errors: [error] })
      }
      const executed = Promise.resolve(
        execute({
          schema,
          document,
          operationName: name,
          variableValues: given,
          contextValue: request.context,
          rootValue,
          // What a mutation was asked to do is done to the end; its answer is measured then.
          ...(node.operation !== OperationTypeNode.MUTATION && {
            fieldResolver: countingResolver(this.answerBytesOf(request), tooLarge),
          }),
        }),
      )
      executed.then(resolve, reject)
    })
  }
}

/** What was still being read for an answer that is too large is read for nobody. */
function stopWork(request: GraphRequest): void {
  request.abort(new RequestEnded('The answer grew too large.'))
}

export type AdmissionOutcome = Admitted | { errors: readonly GraphError[] }

export interface Admitted {
  operation: Operation
  given: Variables
  read: Variables
  reserved: ReservedCost
}

function admissionOf(
  reserved: ReservedCost | GraphError,
  operation: Operation,
  given: Variables,
  read: Variables,
): AdmissionOutcome {
  return 'requested' in reserved ? { operation, given, read, reserved } : { errors: [reserved] }
}

/** The answer to a request that was refused before any resolver ran. */
function refusal(request: GraphRequest, errors: readonly GraphError[]): ExecutionResult {
  for (const { code } of errors) request.facts.codes.push(code)
  return { errors }
}
