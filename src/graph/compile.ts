/** Compiles often-used queries with graphql-jit, a bounded number of them; a query that cannot be compiled stays with graphql-js. */
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from 'lru-cache'
import type { Operation } from './operation.ts'
import type { Variables } from './variables.ts'

export interface CompileOptions {
  /** Off: everything runs in graphql-js, which is the reference. */
  enabled: boolean
  /** Compiled queries kept; a small one takes about 46 KiB. */
  maximum: number
  /** Compiled at this use: queries seen once or twice are not worth it. */
  atUse: number
}

/** A compiled query over variables that were already read. */
export type Compiled = (
  root: unknown,
  context: object,
  variables: Variables,
) => Promise<ExecutionResult> | ExecutionResult

/** Stands in for the declared types, so that graphql-jit takes our variables as they were read. */
const asRead = new GraphQLScalarType({ name: 'AlreadyRead', parseValue: (value) => value })
const asReadType: TypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: asRead.name } }

function isBoolean(type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return isBoolean(type.type)
  return type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean'
}

/** Booleans keep their type, which graphql-jit asks for in @skip and @include; reading one twice changes nothing. */
function withReadVariables({ document, node }: Operation): DocumentNode {
  const variableDefinitions = node.variableDefinitions?.map(
    (definition): VariableDefinitionNode =>
      isBoolean(definition.type) ? definition : { ...definition, type: asReadType, defaultValue: undefined },
  )
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition === node ? { ...node, variableDefinitions } : definition,
    ),
  }
}

export class Compiler {
  private readonly schema: GraphQLSchema
  private readonly options: CompileOptions
  private readonly compiled: LRUCache<Operation, Compiled>
  private readonly refused = new WeakSet<Operation>()

  constructor(schema: GraphQLSchema, options: CompileOptions) {
    this.options = options
    this.compiled = new LRUCache({ max: options.maximum })
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
    const query = compileQuery(this.schema, withReadVariables(operation), operation.name ?? undefined, {
      disablingCapturingStackErrors: true,
    }) as CompiledQuery | ExecutionResult
    if (!isCompiledQuery(query)) {
      this.refuse(operation)
      return null
    }
    this.compiled.set(operation, query.query)
    return query.query
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
