/** Replaces ids by whole objects where Stripe's `expand[]` asks for them. */
import type { StripeState } from './account.ts'
import { badParameter } from './refusal.ts'

type Plain = Record<string, unknown>
const MOST_LEVELS = 4

/** What can be expanded, by kind of object: from the object to what stands in its place. */
const expandable: Record<string, Record<string, (state: StripeState, object: Plain) => unknown>> = {
  'checkout.session': {
    payment_intent: (state, session) => state.paymentIntents[String(session.payment_intent)],
    line_items: (state, session) => ({
      object: 'list',
      data: state.lineItems[String(session.id)] ?? [],
      has_more: false,
      url: `/v1/checkout/sessions/${session.id}/line_items`,
    }),
  },
  payment_intent: { latest_charge: (state, intent) => state.charges[String(intent.latest_charge)] },
  charge: {
    payment_intent: (state, charge) => state.paymentIntents[String(charge.payment_intent)],
    refunds: (state, charge) => ({
      object: 'list',
      data: Object.values(state.refunds).filter((refund) => refund.charge === charge.id),
      has_more: false,
      url: `/v1/charges/${charge.id}/refunds`,
    }),
  },
  refund: {
    charge: (state, refund) => state.charges[String(refund.charge)],
    payment_intent: (state, refund) => state.paymentIntents[String(refund.payment_intent)],
  },
  dispute: {
    charge: (state, dispute) => state.charges[String(dispute.charge)],
    payment_intent: (state, dispute) => state.paymentIntents[String(dispute.payment_intent)],
  },
}

/**
 * A copy of `object` (or of a list, whose paths begin with `data.`) with these paths expanded.
 * Throws StripeRefusal (400) for a property that cannot be expanded.
 */
export function expanded(state: StripeState, object: object, paths: readonly string[]): object {
  const copy = structuredClone(object) as Plain
  for (const path of paths) {
    const steps = path.split('.')
    if (steps.length > MOST_LEVELS) throw cannotExpand(path)
    expandInto(state, copy, steps, path)
  }
  return copy
}

function expandInto(state: StripeState, object: Plain, steps: readonly string[], path: string): void {
  const [step, ...rest] = steps
  if (step === undefined) return
  const isList = object.object === 'list' || object.object === 'search_result'
  if (isList && step === 'data' && rest.length > 0) {
    for (const item of object.data as Plain[]) expandInto(state, item, rest, path)
    return
  }
  const find = expandable[String(object.object)]?.[step]
  if (!find) throw cannotExpand(path)
  if (object[step] === null) return
  // Two paths may share a beginning: what the first one put there is gone into, not put there again.
  if (typeof object[step] !== 'object') object[step] = structuredClone(find(state, object))
  expandInto(state, object[step] as Plain, rest, path)
}

function cannotExpand(path: string) {
  return badParameter('expand', `This property cannot be expanded (${path}).`)
}
