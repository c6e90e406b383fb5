/** Opens and closes the case of a call that a provider refuses our key. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import type { ProviderName } from './payment-provider.ts'

/** What writes cannot be probed without doing it; `look`: for a refund that may have been made. */
type Call = 'open' | 'refund' | 'look'

const permissions: Record<ProviderName, Record<Call, string>> = {
  STRIPE: { open: 'Checkout Sessions: write', refund: 'Refunds: write', look: 'Refunds: read' },
  PAYPAL: { open: 'Orders: write', refund: 'Refunds: write', look: 'Orders: read' },
}

const consequences: Record<Call, string> = {
  open: 'No payment can be opened.',
  refund: 'Refunds cannot be made: they wait.',
  look: 'Nobody knows what became of refunds that were sent: they wait.',
}

const about = (provider: ProviderName, call: Call) => ({ key: `${provider} ${permissions[provider][call]}` })

/** `said` is the provider's own sentence. */
export function openPermissionCase(
  tx: EntityManager,
  provider: ProviderName,
  call: Call,
  said: string | null,
  at: Date,
): Promise<void> {
  const message = `${provider} lacks "${permissions[provider][call]}": ${consequences[call]}`
  return openCase(tx, { kind: 'PERMISSION_MISSING', subject: about(provider, call), message, detail: said }, at)
}

/** The provider has just done it. */
export function closePermissionCase(tx: EntityManager, provider: ProviderName, call: Call, at: Date): Promise<void> {
  return closeCase(tx, 'PERMISSION_MISSING', about(provider, call), at)
}
