/** Makes whatever event of PayPal's a developer describes, sent and listed. */
import { z } from 'zod'
import type { PaypalEvent, PaypalMerchant } from './merchant.ts'
import { newId } from './new-id.ts'

export const chosenEvent = z.strictObject({
  event_type: z.string(),
  resource_type: z.string().optional(),
  resource_version: z.string().optional(),
  resource: z.record(z.string(), z.unknown()).optional(),
  list: z.boolean().default(true),
})

/** Signs and sends it; without `resource` when none is described. */
export function newsOfChoice(merchant: PaypalMerchant, { list, ...described }: z.output<typeof chosenEvent>): object {
  const id = `WH-${newId()}-${newId()}`
  const self = `${merchant.url}/v1/notifications/webhooks-events/${id}`
  const made = {
    id,
    event_version: '1.0',
    create_time: merchant.now().toISOString(),
    summary: 'Described by a developer',
    ...described,
    links: [{ href: self, rel: 'self', method: 'GET' }],
  }
  const event = made as unknown as PaypalEvent
  if (list) merchant.list(event)
  merchant.send(event)
  return made
}
