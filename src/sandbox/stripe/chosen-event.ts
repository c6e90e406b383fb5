/** Makes whatever event of Stripe's a developer describes, listed, sent, or of a wrong shape. */
import { z } from 'zod'
import { type StripeAccount, type StripeEvent, seconds } from './account.ts'
import { API_VERSION } from './events.ts'
import { newId } from './new-id.ts'

export const chosenEvent = z.strictObject({
  type: z.string().default('charge.refunded'),
  object: z.record(z.string(), z.unknown()).default({}),
  /** Without `data`, and with an instant in place of seconds. */
  thin: z.boolean().default(false),
  livemode: z.boolean().default(false),
  /** Whether `/v1/events` has it too; `unreadable`: with neither type nor instant. */
  list: z.union([z.boolean(), z.literal('unreadable')]).default(true),
})

/** Signs and sends it; one that cannot be read stands in the list alone. */
export function newsOfChoice(account: StripeAccount, asked: z.output<typeof chosenEvent>): object {
  const { type, object, thin, livemode, list } = asked
  const now = account.now()
  const named = { id: newId('evt_'), object: 'event', livemode }
  const whole = { ...named, api_version: API_VERSION, type, created: seconds(now), data: { object } }
  const event = thin ? { ...named, type, created: now.toISOString() } : whole
  const listed = list === 'unreadable' ? { ...named, created: seconds(now), type: null } : event
  if (list !== false) account.list(listed as unknown as StripeEvent)
  if (list !== 'unreadable') account.send(named.id, event)
  return listed
}
