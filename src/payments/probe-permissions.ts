/** Probes what our keys may read at each provider and keeps what they lack. */
import { closeCase, openCase } from '../cases/open-case.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { MissingPermission } from './missing-permission.ts'
import { paymentJobs } from './payment-jobs.ts'
import { type LackedPermission, ProviderName } from './payment-provider.ts'

/** A provider that does not answer says nothing of its permissions: what was known of them stays. */
export async function probePermissions(context: Context): Promise<void> {
  for (const provider of Object.values(ProviderName)) {
    try {
      await keep(context, provider, await context.providers[provider].missingPermissions())
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      context.log.warn({ provider, code: failure.code }, 'the permissions could not be probed')
    }
  }
}

async function keep(context: Context, provider: ProviderName, lacked: readonly LackedPermission[]): Promise<void> {
  const since = context.now()
  for (const { permission, consequence } of lacked) {
    context.log.warn({ provider, permission, consequence }, 'our key lacks a permission')
  }
  await inTransaction(context.em, async (tx) => {
    const names = lacked.map(({ permission }) => permission)
    for (const { permission } of await tx.find(MissingPermission, { provider, permission: { $nin: names } })) {
      await closeCase(tx, 'PERMISSION_MISSING', { key: `${provider} ${permission}` }, since)
    }
    await tx.nativeDelete(MissingPermission, { provider, permission: { $nin: names } })
    for (const { permission, consequence } of lacked) {
      await tx.execute(
        `insert into missing_permission (provider, permission, consequence, since) values (?, ?, ?, ?)
         on conflict (provider, permission) do nothing`,
        [provider, permission, consequence, since],
      )
      const subject = { key: `${provider} ${permission}` }
      await openCase(
        tx,
        { kind: 'PERMISSION_MISSING', subject, message: `${provider} lacks "${permission}": ${consequence}` },
        since,
      )
    }
  })
}

/** At the start and by the clock. */
export const probePermissionsJob = paymentJobs.probePermissions.runs((context: Context) => probePermissions(context))
