/** Runs operations: compiled when often used, in graphql-js otherwise, with the same answers and errors either way. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, type OperationTypeNode } from 'graphql'
import type { Tracing } from '../observability/tracing.ts'
import type { Bill, Billing } from './bill.ts'
import type { CachePolicy } from './cache-policy.ts'
import { type CompileOptions, Compiler } from './compile.ts'
import type { GraphError } from './errors.ts'
import { maskErrors } from './mask-errors.ts'
import { type Operation, Operations } from './operation.ts'
import type { GraphRequest } from './request.ts'
import type { Place, ResponseCache } from './response-cache.ts'
import type { Variables } from './variables.ts'

type Outcome = ExecutionResult | Promise<ExecutionResult>

/** What is asked of the executor: a validated document, and its request. */
export interface Execution {
  document: DocumentNode
  operationName: string | null | undefined
  variables: Variables | null | undefined
  request: GraphRequest
  /** An event's payload, for subscriptions. */
  rootValue?: unknown
}

export const compileDefaults: CompileOptions = { enabled: true, maximum: 500, atUse: 3 }

export interface ExecutorOptions {
  compile?: Partial<CompileOptions>
  billing: Billing
  /** Left out: nobody may keep any answer. */
  cachePolicy?: CachePolicy
  /** Where the policy's answers are kept; left out: each is made anew. */
  answers?: ResponseCache
  tracing?: Tracing | null
  /** Hears once for each request that uses it. */
  onDeprecatedUse?(coordinate: string): void
}

export class Executor {
  readonly compiler: Compiler
  readonly operations: Operations
  readonly schema: GraphQLSchema
  private readonly options: ExecutorOptions

  constructor(schema: GraphQLSchema, options: ExecutorOptions) {
    this.schema = schema
    this.options = options
    this.operations = new Operations(schema, options.cachePolicy ?? (() => null))
    this.compiler = new Compiler(schema, { ...compileDefaults, ...options.compile })
  }

  /**
   * Answers one operation; errors come masked, with codes, and `extensions.cost` says what it came to. A promise only when
   * something has to be waited for. Never throws what a client asked for.
   */
  run(execution: Execution): Outcome {
    const admission = this.admit(execution)
    if (admission instanceof Promise) return admission.then((admitted) => this.answer(admitted, execution))
    return this.answer(admission, execution)
  }

  private answer(admission: Admission, execution: Execution): Outcome {
    const { request } = execution
    if ('errors' in admission) return refusal(request, admission.errors)
    const { operation, read } = admission
    const place = this.options.answers?.placeFor(operation, read, request) ?? null
    const known = place?.found() ?? null
    if (known instanceof Promise) {
      return known.then((data) => this.finish(admission, execution, place, data))
    }
    return this.finish(admission, execution, place, known)
  }

  /** From what is known already, or by executing it and keeping the answer at its place. */
  private finish(admission: Admitted, execution: Execution, place: Place | null, known: object | null): Outcome {
    const { request } = execution
    const { operation, given, read } = admission
    if (known) return this.close(admission, request, { data: known as ExecutionResult['data'] }, null)
    const result = this.execute(operation, given, read, execution)
    if (result instanceof Promise) return result.then((answer) => this.close(admission, request, answer, place))
    return this.close(admission, request, result, place)
  }

  /** Bills the answer, keeps it at its place when it may be kept, and masks its errors. */
  private close(
    { operation, bill }: Admitted,
    request: GraphRequest,
    { data, errors }: ExecutionResult,
    place: Place | null,
  ): ExecutionResult {
    const extensions = { cost: this.options.billing.close(bill, operation.cost, data) }
    if (errors !== undefined) return { data, errors: maskErrors(errors, request), extensions }
    if (request.viewer.anonymous) request.facts.cacheControl = operation.cacheControl
    if (data) place?.keep(data)
    return { data, extensions }
  }

  /** Finds the operation, reads its variables and opens its bill; or says why it is refused. */
  admit(execution: Omit<Execution, 'rootValue'>): Admission | Promise<Admission> {
    const { request, document, operationName } = execution
    const operation = this.operations.find(document, operationName)
    if (!('node' in operation)) return { errors: [operation] }
    request.facts.operationName = operation.name
    request.facts.kind = operation.node.operation
    const given = execution.variables ?? {}
    const variables = operation.readVariables(given)
    if (variables.errors) return { errors: variables.errors }
    const read = variables.values
    operation.uses += 1
    for (const coordinate of operation.deprecated) this.options.onDeprecatedUse?.(coordinate)
    for (const coordinate of operation.deprecatedIn?.(given) ?? []) this.options.onDeprecatedUse?.(coordinate)
    const bill = this.options.billing.open(operation.cost, read, request)
    if (bill instanceof Promise) return bill.then((opened) => admissionOf(opened, operation, given, read))
    return admissionOf(bill, operation, given, read)
  }

  /** What kind of operation is asked for; null when there is none of that name. */
  kindOf({ document, operationName }: Pick<Execution, 'document' | 'operationName'>): OperationTypeNode | null {
    const operation = this.operations.find(document, operationName)
    return 'node' in operation ? operation.node.operation : null
  }

  /** Answers one event of a subscription that was admitted; who subscribed has paid when it began. */
  async answerEvent({ operation, given, read }: Admitted, execution: Execution): Promise<ExecutionResult> {
    const { data, errors } = await this.execute(operation, given, read, execution)
    return errors === undefined ? { data } : { data, errors: maskErrors(errors, execution.request) }
  }

  private execute(operation: Operation, given: Variables, read: Variables, execution: Execution): Outcome {
    const { tracing } = this.options
    if (!tracing) return this.resolve(operation, given, read, execution)
    const kind = operation.node.operation
    const facts = { 'graphql.operation.type': kind, 'graphql.operation.name': operation.name ?? '' }
    return tracing.step(`graphql ${kind} ${operation.name ?? ''}`.trim(), facts, async () =>
      this.resolve(operation, given, read, execution),
    )
  }

  private resolve(operation: Operation, given: Variables, read: Variables, execution: Execution): Outcome {
    const compiled = this.compiler.get(operation)
    const interpret = () => this.interpret(operation, given, execution)
    if (!compiled) return interpret()
    const takeOver = (error: unknown) => {
      const { log } = execution.request
      log.warn({ err: error, operationName: operation.name }, 'compiled query failed; graphql-js takes over')
      this.compiler.refuse(operation)
      return interpret()
    }
    try {
      const result = compiled(execution.request.context, read)
      if (result instanceof Promise) return result.then((answer) => answer ?? interpret(), takeOver)
      return result ?? interpret()
    } catch (error) {
      return takeOver(error)
    }
  }

  private async interpret({ document, name }: Operation, given: Variables, { request, rootValue }: Execution) {
    return await execute({
      schema: this.schema,
      document,
      operationName: name,
      variableValues: given,
      contextValue: request.context,
      rootValue,
    })
  }
}

export type Admission = Admitted | { errors: readonly GraphError[] }

export interface Admitted {
  operation: Operation
  given: Variables
  read: Variables
  bill: Bill
}

function admissionOf(bill: Bill | GraphError, operation: Operation, given: Variables, read: Variables): Admission {
  return 'requested' in bill ? { operation, given, read, bill } : { errors: [bill] }
}

/** The answer to a request that was refused before any resolver ran. */
function refusal(request: GraphRequest, errors: readonly GraphError[]): ExecutionResult {
  for (const { code } of errors) request.facts.codes.push(code)
  return { errors }
}
