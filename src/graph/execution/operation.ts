/** Prepares a validated operation once, so that requests repeat no work. */
import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql'
import type { CachePolicy } from '../caching/cache-policy.ts'
import { badUserInput, type GraphError, tooLong } from '../contract/errors.ts'
import { type CostPlan, costPlan } from '../limits/cost.ts'
import { deprecatedInputs, deprecatedUses } from '../limits/deprecated.ts'
import { LONGEST_IDENTIFIER_CHARACTERS } from '../limits/limits.ts'
import { InputBounds } from './input-bounds.ts'
import { type ReadVariables, type Variables, variableReader } from './variables.ts'

export interface Operation {
  readonly document: DocumentNode
  readonly node: OperationDefinitionNode
  readonly name: string | null
  readVariables(given: Variables): ReadVariables
  readonly cost: CostPlan
  /** Coordinates of what it uses and the schema calls deprecated. */
  readonly deprecated: readonly string[]
  /** The same of a request's variables; null when they can bring none. */
  readonly deprecatedIn: ((given: Variables) => Iterable<string>) | null
  /** For how long an anonymous caller's answer may be kept; null: not at all. */
  readonly cacheControl: string | null
  /** Requests so far; decides when it pays to compile. */
  uses: number
}

function definitionOf(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode | GraphError {
  const all = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  if (name == null || name === '') {
    if (all.length === 1 && all[0]) return all[0]
    return badUserInput('The document holds several operations: name one in "operationName".', 'operationName')
  }
  if (name.length > LONGEST_IDENTIFIER_CHARACTERS) {
    return tooLong(['operationName'], 'characters', name.length, LONGEST_IDENTIFIER_CHARACTERS)
  }
  const named = all.find((definition) => definition.name?.value === name)
  return named ?? badUserInput(`The document holds no operation named "${name}".`, 'operationName')
}

/** Finds operations by document and name. The documents are kept alive by Apollo's bounded store, not here. */
export class Operations {
  private readonly known = new WeakMap<DocumentNode, Map<string, Operation>>()
  private readonly schema: GraphQLSchema
  private readonly cachePolicy: CachePolicy
  private readonly inputBounds: InputBounds

  constructor(schema: GraphQLSchema, cachePolicy: CachePolicy) {
    this.schema = schema
    this.cachePolicy = cachePolicy
    this.inputBounds = new InputBounds(schema)
  }

  /** The operation to run, or why there is none. */
  find(document: DocumentNode, name: string | null | undefined): Operation | GraphError {
    let operations = this.known.get(document)
    if (operations === undefined) {
      operations = new Map()
      this.known.set(document, operations)
    }
    const known = operations.get(name ?? '')
    if (known) return known
    const node = definitionOf(document, name)
    if (!('kind' in node)) return node
    // A document's only operation is asked for with its name and without.
    const ownName = node.name?.value ?? ''
    const operation = operations.get(ownName) ?? this.make(document, node)
    operations.set(ownName, operation)
    operations.set(name ?? '', operation)
    return operation
  }

  private make(document: DocumentNode, node: OperationDefinitionNode): Operation {
    return {
      document,
      node,
      name: node.name?.value ?? null,
      readVariables: variableReader(this.schema, document, node, this.inputBounds),
      cost: costPlan(this.schema, document, node),
      deprecated: deprecatedUses(this.schema, document, node),
      deprecatedIn: deprecatedInputs(this.schema, node),
      cacheControl: this.cachePolicy(document, node),
      uses: 0,
    }
  }
}
