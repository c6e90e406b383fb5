/** Asks for one entry of each list to hear which permissions a key lacks. */
import type { LackedPermission } from '../payments/payment-provider.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'

export interface Probe extends LackedPermission {
  ask(): Promise<unknown>
}

/** Reads only. Throws UpstreamFailure where nothing is said either way. */
export async function missingPermissions(probes: readonly Probe[]): Promise<LackedPermission[]> {
  const missing: LackedPermission[] = []
  for (const { permission, consequence, ask } of probes) {
    try {
      await ask()
    } catch (failure) {
      if (!isUpstreamFailure(failure, 'NOT_PERMITTED')) throw failure
      missing.push({ permission, consequence })
    }
  }
  return missing
}
