/** Describes one PayPal API call: its address, fault name and handler. */
import type { Answer } from '../faults.ts'

export interface Call {
  /** The id in the path. */
  id: string
  query: URLSearchParams
  /** The parsed JSON body; undefined where there was none. */
  body: unknown
  /** `Prefer: return=representation`: the whole resource, not only id, status and links. */
  whole: boolean
  hasRequestId: boolean
}

/** `handle` answers or throws PaypalRefusal; it runs without a pause. */
export interface Route {
  method: 'GET' | 'POST'
  path: string
  /** What faults call it: `orders.create`. */
  operation: string
  /** How a PayPal-Request-Id is honoured: how long its reply is kept, and the status of the repeat. */
  repeats?: { keptForMs: number; status: number }
  handle(call: Call): Answer
}

const HOUR_MS = 3_600_000
/** The official documents: keys of orders are stored for 6 hours, and a repeat answers 200. */
export const orderRepeats = { keptForMs: 6 * HOUR_MS, status: 200 }
/** Keys of refunds are stored for 45 days; 201 is the only success that is documented. */
export const refundRepeats = { keptForMs: 45 * 24 * HOUR_MS, status: 201 }
