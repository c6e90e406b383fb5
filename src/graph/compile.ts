/** Compiles often-used queries with graphql-jit, a bounded number of them; a query that cannot be compiled stays with graphql-js. */
import { type ExecutionResult, GraphQLScalarType, type GraphQLSchema, OperationTypeNode } from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'
import { hoistLiterals } from './hoist-literals.ts'
import type { Operation } from './operation.ts'
import { plainIdsOf, type WithPlainIds } from './plain-ids.ts'
import type { Variables } from './variables.ts'

export interface CompileOptions {
  /** Off: everything runs in graphql-js, which is the reference. */
  enabled: boolean
  /** Compiled queries kept; a small one takes about 46 KiB. */
  maximum: number
  /** Compiled at this use: queries seen once or twice are not worth it. */
  atUse: number
}

/** A compiled query over variables that were already read; null when this request is one for graphql-js. */
export type Compiled = (context: object, variables: Variables) => Promise<ExecutionResult> | ExecutionResult | null

/** Stands in for the declared types, so that graphql-jit takes our variables as they were read. */
const asRead = new GraphQLScalarType({ name: 'AlreadyRead', parseValue: (value) => value })

export class Compiler {
  private readonly schema: GraphQLSchema
  private readonly options: CompileOptions
  private readonly compiled: LRUCache<Operation, Compiled>
  private readonly refused = new WeakSet<Operation>()
  private readonly withPlainIds: WithPlainIds

  constructor(schema: GraphQLSchema, options: CompileOptions) {
    this.options = options
    this.compiled = new LRUCache({ max: options.maximum })
    this.withPlainIds = plainIdsOf(schema)
    this.schema = Object.create(schema, {
      getType: { value: (name: string) => (name === asRead.name ? asRead : schema.getType(name)) },
    })
  }

  /** The compiled query, compiling it when it is due; null when graphql-js has to run it. */
  get(operation: Operation): Compiled | null {
    // mutations gain nothing measurable and are not the place to trust a second executor
    if (!this.options.enabled || operation.node.operation !== OperationTypeNode.QUERY) return null
    if (operation.uses < this.options.atUse || this.refused.has(operation)) return null
    const known = this.compiled.get(operation)
    if (known) return known
    const compiled = this.compile(operation)
    if (compiled === null) this.refuse(operation)
    else this.compiled.set(operation, compiled)
    return compiled
  }

  private compile(operation: Operation): Compiled | null {
    const hoisted = hoistLiterals(this.schema, operation, asRead.name)
    if (hoisted === null) return null
    const query = this.withPlainIds(() =>
      compileQuery(this.schema, hoisted.document, operation.name ?? undefined, {
        disablingCapturingStackErrors: true,
      }),
    ) as CompiledQuery | ExecutionResult
    if (!isCompiledQuery(query)) return null
    return (context, variables) => {
      const values = hoisted.valuesFrom(variables)
      return values === null ? null : query.query(undefined, context, values)
    }
  }

  /** Never again: this one failed where graphql-js does not. */
  refuse(operation: Operation): void {
    this.compiled.delete(operation)
    this.refused.add(operation)
  }

  get size(): number {
    return this.compiled.size
  }
}
