/** Decides which kinds of operations each transport carries. */
import type { OperationTypeNode } from 'graphql'
import { type GraphError, methodNotAllowed, notAcceptable } from '../contract/errors.ts'

/** How an operation came and how its answer leaves: at once, or as events. */
export type Transport = 'post' | 'get' | 'postForEvents' | 'getForEvents' | 'webSocket'

/** Null is carried. */
type Cell = (() => GraphError) | null

/** A link, an image or a cache may ask by GET: whatever does something comes by POST. */
const byPost = () => methodNotAllowed('Send mutations by POST.', 'POST')
const asEvents = () =>
  notAcceptable(
    'A subscription is answered by events: ask with "Accept: text/event-stream", or over WebSocket (graphql-transport-ws).',
    'text/event-stream',
  )

const cells: Readonly<Record<OperationTypeNode, Readonly<Record<Transport, Cell>>>> = {
  query: { post: null, get: null, postForEvents: null, getForEvents: null, webSocket: null },
  mutation: { post: null, get: byPost, postForEvents: null, getForEvents: byPost, webSocket: null },
  subscription: { post: asEvents, get: asEvents, postForEvents: null, getForEvents: null, webSocket: null },
}

/** Why an operation of this kind cannot come this way; null when it can. */
export function transportRefusal(kind: OperationTypeNode, transport: Transport): GraphError | null {
  return cells[kind][transport]?.() ?? null
}
