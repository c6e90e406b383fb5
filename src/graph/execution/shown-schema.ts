/** Chooses the schema that introspection shows: federation's part to routers alone. */
import { type GraphQLSchema, Kind, type SelectionSetNode } from 'graphql'
import { isRouter } from '../../auth/permissions.ts'
import type { Viewer } from '../../auth/viewer.ts'
import type { Operation } from './operation.ts'

/** Where the served schema, in its extensions, keeps the one that is the clients' contract. */
export interface ServedExtensions {
  contract?: GraphQLSchema
}

export class ShownSchema {
  private readonly contract: GraphQLSchema | null
  private readonly known = new WeakMap<Operation, boolean>()

  constructor(served: GraphQLSchema) {
    this.contract = (served.extensions as ServedExtensions).contract ?? null
  }

  /**
   * The clients' contract for an operation that asks what there is; null when what is served will do: for routers, and for
   * who asks for something of a router's in the same breath.
   */
  insteadFor(operation: Operation, viewer: Viewer): GraphQLSchema | null {
    const { contract } = this
    if (contract === null) return null
    let introspects = this.known.get(operation)
    if (introspects === undefined) {
      introspects = onlyIntrospects(operation, contract)
      this.known.set(operation, introspects)
    }
    return introspects && !isRouter(viewer) ? contract : null
  }
}

/** Whether it asks for the schema, and for nothing that the contract does not have. */
function onlyIntrospects(operation: Operation, contract: GraphQLSchema): boolean {
  const names = rootFieldsOf(operation)
  const fields = contract.getQueryType()?.getFields() ?? {}
  return names.some(isIntrospection) && names.every((name) => isIntrospection(name) || Object.hasOwn(fields, name))
}

const isIntrospection = (name: string) => name === '__schema' || name === '__type'

function rootFieldsOf({ document, node }: Operation): string[] {
  const namesIn = ({ selections }: SelectionSetNode): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.name.value]
      if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet)
      const named = document.definitions.find(
        (part) => part.kind === Kind.FRAGMENT_DEFINITION && part.name.value === selection.name.value,
      )
      return named && 'selectionSet' in named ? namesIn(named.selectionSet) : []
    })
  return namesIn(node.selectionSet)
}
