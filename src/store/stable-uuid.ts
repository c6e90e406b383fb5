/** Derives a uuid from a name, equal every time, for those without a row. */
import { v5 } from 'uuid'

const namespace = '6f1c1c39-64d0-4a3c-9f0c-0a6c6d1f7f3e'

export const stableUuid = (name: string): string => v5(name, namespace)
