/** Builds the info argument of resolvers, with the path made only when asked for. */
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql'
import type { Variables } from './variables.ts'

/** An entry of a list that is being written, within the entry of the list around it. */
export interface Entry {
  readonly index: number
  readonly around: Entry | null
}

/** Names of fields from the root on; null stands for the index of a list's entry. */
export type Steps = readonly (string | null)[]

/** The steps with their indexes. */
export function pathOf(steps: Steps, entry: Entry | null): (string | number)[] {
  const path: (string | number)[] = []
  let inner = entry
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as string | null
    path[at] = step ?? inner?.index ?? 0
    if (step === null) inner = inner?.around ?? null
  }
  return path
}

/** What is the same for every call of one field of a document. */
export interface FieldFacts {
  readonly fieldName: string
  readonly fieldNodes: readonly FieldNode[]
  readonly returnType: GraphQLOutputType
  readonly parentType: GraphQLObjectType
  readonly steps: Steps
  readonly schema: GraphQLSchema
  readonly fragments: Record<string, FragmentDefinitionNode>
  readonly operation: OperationDefinitionNode
}

export class ResolveInfo implements GraphQLResolveInfo {
  private readonly facts: FieldFacts
  private readonly entry: Entry | null
  readonly variableValues: Record<string, unknown>
  readonly rootValue = undefined

  constructor(facts: FieldFacts, entry: Entry | null, variables: Variables) {
    this.facts = facts
    this.entry = entry
    this.variableValues = variables
  }

  get fieldName() {
    return this.facts.fieldName
  }

  get fieldNodes() {
    return this.facts.fieldNodes
  }

  get returnType() {
    return this.facts.returnType
  }

  get parentType() {
    return this.facts.parentType
  }

  get schema() {
    return this.facts.schema
  }

  get fragments() {
    return this.facts.fragments
  }

  get operation() {
    return this.facts.operation
  }

  get path(): GraphQLResolveInfo['path'] {
    let path: GraphQLResolveInfo['path'] | undefined
    for (const key of pathOf(this.facts.steps, this.entry)) path = { prev: path, key, typename: undefined }
    return path as GraphQLResolveInfo['path']
  }
}
