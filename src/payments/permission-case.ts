/** Opens and closes the case of a call that a provider refuses our key. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import type { ProviderName } from './payment-provider.ts'

/** What writes, and cannot be probed without doing it. */
type Write = 'open' | 'refund'

const permissions: Record<ProviderName, Record<Write, string>> = {
  STRIPE: { open: 'Checkout Sessions: write', refund: 'Refunds: write' },
  PAYPAL: { open: 'Orders: write', refund: 'Refunds: write' },
}

const consequences: Record<Write, string> = {
  open: 'No payment can be opened.',
  refund: 'Refunds cannot be made: they wait.',
}

const about = (provider: ProviderName, write: Write) => ({ key: `${provider} ${permissions[provider][write]}` })

/** `said` is the provider's own sentence. */
export function openPermissionCase(
  tx: EntityManager,
  provider: ProviderName,
  write: Write,
  said: string | null,
  at: Date,
): Promise<void> {
  const message = `${provider} lacks "${permissions[provider][write]}": ${consequences[write]}`
  return openCase(tx, { kind: 'PERMISSION_MISSING', subject: about(provider, write), message, detail: said }, at)
}

/** The provider has just done it. */
export function closePermissionCase(tx: EntityManager, provider: ProviderName, write: Write, at: Date): Promise<void> {
  return closeCase(tx, 'PERMISSION_MISSING', about(provider, write), at)
}
