/** Computes how many entries a list field may answer with, before reading. */
import { type FieldNode, type GraphQLField, isListType, isNonNullType, Kind, type ValueNode } from 'graphql'
import { DEFAULT_PAGE_SIZE } from '../contract/page-size.ts'
import type { Variables } from '../execution/variables.ts'

/** In a field's `extensions.cost`: what its text does not tell. */
export interface FieldCost {
  /** Entries of this list, when it is no page. */
  listSize?: number
}

export interface Occurrence {
  field: GraphQLField<unknown, unknown>
  node: FieldNode
}

/** Lists that nobody pages are short: criteria, outcomes, refunds. */
export const DEFAULT_LIST_SIZE = 10

export type Count = number | ((variables: Variables) => number)

/** The count with these variables. */
export const countOf = (count: Count, variables: Variables): number =>
  typeof count === 'number' ? count : count(variables)

type Given = number | null | ((variables: Variables) => number | null)

/** How many an argument asks for: its number, or the length of its list; null when it says nothing. */
function givenBy(node: ValueNode | undefined): Given {
  if (node?.kind === Kind.INT) return Math.max(0, Number(node.value))
  if (node?.kind === Kind.LIST) return node.values.length
  if (node?.kind !== Kind.VARIABLE) return node === undefined || node.kind === Kind.NULL ? null : 1
  const name = node.name.value
  return (variables) => {
    const value = variables[name]
    if (typeof value === 'number') return Math.max(0, value)
    return Array.isArray(value) ? value.length : null
  }
}

/** The first of the two that says something, else `otherwise`. */
function firstGiven(one: Given, other: Given, otherwise: Count): Count {
  if (typeof one === 'number') return one
  if (one === null) return other === null ? otherwise : firstGiven(other, null, otherwise)
  const rest = firstGiven(other, null, otherwise)
  return (variables) => one(variables) ?? countOf(rest, variables)
}

function argumentOf(node: FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((argument) => argument.name.value === name)?.value
}

function pageArgumentsOf({ args }: GraphQLField<unknown, unknown>): string[] {
  return ['first', 'last'].filter((known) => args.some(({ name }) => name === known))
}

const isPage = (field: GraphQLField<unknown, unknown>) => pageArgumentsOf(field).length > 0

function pageSize(node: FieldNode): Count {
  return firstGiven(givenBy(argumentOf(node, 'first')), givenBy(argumentOf(node, 'last')), DEFAULT_PAGE_SIZE)
}

/** One entry for each entry of an input: nodes(ids:), a batch of checks. */
function requiredListOf(field: GraphQLField<unknown, unknown>): string | null {
  const argument = field.args.find(({ type }) => isNonNullType(type) && isListType(type.ofType))
  return argument?.name ?? null
}

/** Under two types the same name may be asked with different arguments: the larger counts. */
export function largest(counts: readonly Count[]): Count {
  const [first = 1] = counts
  if (counts.every((count) => count === first)) return first
  return (variables) => Math.max(...counts.map((count) => countOf(count, variables)))
}

function isList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type)
}

/** What says how many entries a list has. */
export interface ListSize {
  /** When no argument says it; null when one has to. */
  assumedSize: number | null
  /** Arguments that say it, by their number or their length; the first that is given counts. */
  slicingArguments: readonly string[]
}

/** The same as `sizeOf` and `innerPageOf` compute, for those who read the schema; null for what is no list and no page. */
export function listSizeOf(field: GraphQLField<unknown, unknown>): ListSize | null {
  const { listSize } = (field.extensions.cost ?? {}) as FieldCost
  if (isList(field) && listSize !== undefined) return { assumedSize: listSize, slicingArguments: [] }
  if (isPage(field)) return { assumedSize: DEFAULT_PAGE_SIZE, slicingArguments: pageArgumentsOf(field) }
  if (!isList(field)) return null
  const sizedBy = requiredListOf(field)
  return sizedBy === null
    ? { assumedSize: DEFAULT_LIST_SIZE, slicingArguments: [] }
    : { assumedSize: null, slicingArguments: [sizedBy] }
}

/** How many entries a field answers with: one when it is no list; `page` is the size of the page that it is part of. */
export function sizeOf({ field, node }: Occurrence, page: Count): Count {
  if (!isList(field)) return 1
  const { listSize } = (field.extensions.cost ?? {}) as FieldCost
  if (listSize !== undefined) return listSize
  if (isPage(field)) return pageSize(node)
  const sizedBy = requiredListOf(field)
  return sizedBy === null ? page : firstGiven(givenBy(argumentOf(node, sizedBy)), null, page)
}

/** Size of the lists inside: of a connection's edges and nodes it is its page. */
export function innerPageOf({ field, node }: Occurrence): Count {
  return !isList(field) && isPage(field) ? pageSize(node) : DEFAULT_LIST_SIZE
}
