/** Says what a client is asked, and how each answer is judged. */
import type { LocalWorld } from './local-world.ts'

/** The columns of the table. */
export const TRANSPORTS = [
  'POST',
  'GET',
  'APQ by POST',
  'APQ by GET',
  'trusted id',
  'WebSocket',
  'SSE /graphql/stream',
  'SSE /graphql',
  'token ends',
  'abort',
  'browser',
] as const
export type Transport = (typeof TRANSPORTS)[number]

/** What is right, or the code with which it is refused by design; anything else that is thrown is wrong. */
export type Verdict = 'right' | `refused: ${string}`
export type Cell = (world: LocalWorld) => Promise<Verdict>

/** A client with its defaults; for a transport it does not have, the reason. */
export interface Client {
  name: string
  cells: Record<Transport, Cell | { none: string }>
}

export const none = (reason: string) => ({ none: reason })

export const COURSES =
  'query Courses {\n  courses(first: 2) {\n    nodes {\n      id\n      slug\n      title\n    }\n  }\n}'
export const ME = 'query Me {\n  viewer {\n    id\n    learner {\n      id\n    }\n  }\n}'
export const CHANGES =
  'subscription Changes {\n  myEnrolmentsChanged {\n    enrolment {\n      id\n      status\n    }\n    learner {\n      id\n    }\n  }\n}'

/** Throws unless it is the answer to COURSES. */
export function expectCourses(data: unknown): 'right' {
  const nodes = (data as { courses?: { nodes?: { slug: string }[] } } | null | undefined)?.courses?.nodes
  if (nodes?.length !== 2 || !nodes.every(({ slug }) => slug)) throw new Error(`no courses: ${JSON.stringify(data)}`)
  return 'right'
}

/** Throws unless it is the answer to ME of somebody signed in. */
export function expectMe(data: unknown): 'right' {
  const id = (data as { viewer?: { learner?: { id: string } | null } } | null | undefined)?.viewer?.learner?.id
  if (!id) throw new Error(`nobody is signed in: ${JSON.stringify(data)}`)
  return 'right'
}

/** Throws unless it is an event of CHANGES. */
export function expectChange(data: unknown): 'right' {
  const change = (data as { myEnrolmentsChanged?: { learner?: { id: string } } } | null | undefined)
    ?.myEnrolmentsChanged
  if (!change?.learner?.id) throw new Error(`no event: ${JSON.stringify(data)}`)
  return 'right'
}

/** Waits for what is thrown, and throws unless it says that the request was given up. */
export async function expectAborted(asked: Promise<unknown>): Promise<'right'> {
  const outcome = await asked.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error('answered although it was given up')
  const told = `${outcome.error} ${(outcome.error as { cause?: unknown }).cause ?? ''}`
  if (!/abort/i.test(told)) throw outcome.error
  return 'right'
}
