/** Finds which versions of a policy a new one would overlap. */

export interface PolicyDates {
  effectiveFrom: string
  /** As published; null when it was published without an end. */
  declaredEffectiveTo: string | null
}

const lastDate = '9999-12-31'

/**
 * The version that the new one must not overlap; null when there is none. A version is open when it declares no end and
 * no later one follows it: one that starts inside it ends it, which is no overlap.
 */
export function overlapped<Version extends PolicyDates>(
  versions: readonly Version[],
  { effectiveFrom, effectiveTo }: { effectiveFrom: string; effectiveTo: string | null },
): Version | null {
  const ordered = [...versions].sort((left, right) => (left.effectiveFrom < right.effectiveFrom ? -1 : 1))
  for (const [index, version] of ordered.entries()) {
    const next = ordered[index + 1]?.effectiveFrom ?? null
    const open = version.declaredEffectiveTo === null && next === null
    if (version.effectiveFrom > (effectiveTo ?? lastDate)) continue
    if (version.effectiveFrom < effectiveFrom && (open || isOver(version, next, effectiveFrom))) continue
    return version
  }
  return null
}

/** Whether its declared end, or the day before the next version, lies before the day. */
function isOver({ declaredEffectiveTo }: PolicyDates, next: string | null, day: string): boolean {
  return (declaredEffectiveTo !== null && declaredEffectiveTo < day) || (next !== null && next <= day)
}
