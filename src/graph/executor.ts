/** Runs operations: compiled when often used, in graphql-js otherwise, with the same answers and errors either way. */
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema } from 'graphql'
import { type CompileOptions, Compiler } from './compile.ts'
import type { GraphError } from './errors.ts'
import { maskErrors, wholeRequestError } from './mask-errors.ts'
import { type Operation, Operations } from './operation.ts'
import type { GraphRequest } from './request.ts'
import type { Variables } from './variables.ts'

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

export class Executor {
  readonly compiler: Compiler
  readonly operations: Operations
  readonly schema: GraphQLSchema

  constructor(schema: GraphQLSchema, options: Partial<CompileOptions> = {}) {
    this.schema = schema
    this.operations = new Operations(schema)
    this.compiler = new Compiler(schema, { ...compileDefaults, ...options })
  }

  /** Answers one operation; errors come masked, with codes. */
  async run(execution: Execution): Promise<ExecutionResult> {
    const { request } = execution
    const operation = this.operations.find(execution.document, execution.operationName)
    if (!('node' in operation)) return refusal(request, [operation])
    request.facts.operationName = operation.name
    request.facts.kind = operation.node.operation
    const given = execution.variables ?? {}
    const variables = operation.readVariables(given)
    if (variables.errors) return refusal(request, variables.errors)
    operation.uses += 1
    const result = await this.execute(operation, given, variables.values, execution)
    if (result.errors === undefined) return result
    return { ...result, errors: maskErrors(result.errors, request) }
  }

  private async execute(operation: Operation, given: Variables, read: Variables, { request, rootValue }: Execution) {
    const compiled = this.compiler.get(operation)
    if (compiled) {
      try {
        const result = await compiled(request.context, read)
        if (result !== null) return result
      } catch (error) {
        request.log.warn({ err: error, operationName: operation.name }, 'compiled query failed; graphql-js takes over')
        this.compiler.refuse(operation)
      }
    }
    return await execute({
      schema: this.schema,
      document: operation.document,
      operationName: operation.name,
      variableValues: given,
      contextValue: request.context,
      rootValue,
    })
  }
}

/** The answer to a request that was refused before any resolver ran. */
function refusal(request: GraphRequest, errors: readonly GraphError[]): ExecutionResult {
  for (const { code } of errors) request.facts.codes.push(code)
  return { errors: errors.map(wholeRequestError) }
}
