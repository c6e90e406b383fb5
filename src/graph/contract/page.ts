/** Declares Relay connections: their arguments, types and pages of rows. */
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql'
import { AtMost } from './at-most.ts'
import { type KeyType, LONGEST_CURSOR_CHARACTERS, readCursor } from './cursor.ts'
import { badUserInput } from './errors.ts'
import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE } from './page-size.ts'

@ArgsType()
export class ForwardArgs {
  @Field(() => Int, { nullable: true, description: 'How many from the start, 1 to 100; 20 when neither end is said.' })
  first?: number | null

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  @AtMost({ characters: LONGEST_CURSOR_CHARACTERS })
  after?: string | null
}

@ArgsType()
export class PageArgs extends ForwardArgs {
  @Field(() => Int, { nullable: true, description: 'How many from the end, 1 to 100; not together with `first`.' })
  last?: number | null

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  @AtMost({ characters: LONGEST_CURSOR_CHARACTERS })
  before?: string | null
}

@ObjectType({ simpleResolvers: true, description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More follow after `endCursor`.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'Some come before `startCursor`.' })
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true, description: 'Cursor of the first entry; null on an empty page.' })
  startCursor!: string | null

  @Field(() => String, { nullable: true, description: 'Cursor of the last entry; null on an empty page.' })
  endCursor!: string | null
}

/** One page of a list, as `finishSchema` reads it: the connection's fields are all derived from it. */
export interface Page<Row = unknown> {
  rows: Row[]
  cursorOf(row: Row): string
  /** This and what follows is asked only when the selection wants it. */
  hasNextPage(): boolean | Promise<boolean>
  hasPreviousPage(): boolean | Promise<boolean>
  totalCount(): number | Promise<number>
}

/** One row with its page, as `finishSchema` makes it. */
export interface PageEdge<Row = unknown> {
  node: Row
  cursor: string
  page: Page<Row>
}

/** The edge type of a node, e.g. CourseEdge. */
export function edgeOf(node: () => ClassType, name: string, described: string): ClassType<PageEdge> {
  @ObjectType(`${name}Edge`, {
    simpleResolvers: true,
    description: `One of the ${described}, with its place in the list.`,
  })
  class Edge {
    @Field(() => String, { description: 'Place in the list: pass it as `after` or `before`.' })
    cursor!: string

    @Field(node, { description: 'The entry itself.' })
    node!: unknown
  }
  return Edge as unknown as ClassType<PageEdge>
}

/** The connection type of a node, e.g. CourseConnection; its edges are plain unless others are named. */
export function connectionOf(
  node: () => ClassType,
  name: string,
  described: string,
  edge: ClassType<PageEdge> = edgeOf(node, name, described),
): ClassType<Page> {
  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of ${described}.` })
  class Connection {
    @Field(() => [edge], { description: 'The entries with their cursors.' })
    edges!: unknown[]

    @Field(() => [node()], { description: 'The entries alone.' })
    nodes!: unknown[]

    @Field(() => PageInfo, { description: 'Where this page stands.' })
    pageInfo!: PageInfo

    @Field(() => Int, { description: 'How many there are in the whole list, exactly.' })
    totalCount!: number
  }
  return Connection as unknown as ClassType<Page>
}

/** What a client asked for, checked: a size, a direction, and the key values to go on from. */
export interface PageRequest {
  size: number
  backward: boolean
  /** Values of the order's keys, as text; null for the list's end. */
  after: string[] | null
  before: string[] | null
}

function checkedSize(name: 'first' | 'last', value: number): number {
  if (value < 1 || value > LARGEST_PAGE_SIZE) {
    throw badUserInput(`"${name}" must be between 1 and ${LARGEST_PAGE_SIZE}, not ${value}.`, name)
  }
  return value
}

/**
 * Checks page arguments. `list` names the list and its order, so that a cursor of another list is refused; `types` are those of
 * the order's keys.
 * Throws BAD_USER_INPUT naming the argument.
 */
export function pageRequest(args: PageArgs, list: string, types: readonly KeyType[]): PageRequest {
  const { first, last, after, before } = args
  if (first != null && last != null) throw badUserInput('Give "first" or "last", not both.', 'last')
  const size =
    last != null ? checkedSize('last', last) : first != null ? checkedSize('first', first) : DEFAULT_PAGE_SIZE
  return {
    size,
    backward: last != null || (first == null && before != null && after == null),
    after: after == null ? null : readCursor('after', list, types, after),
    before: before == null ? null : readCursor('before', list, types, before),
  }
}
