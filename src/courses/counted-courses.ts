/** Asks which courses count towards a qualification, of the feature that knows policies. */

import type { ReadConnection } from '../reading/connection/read-connection.ts'
import type { Condition } from '../reading/list.ts'
import type { Loads } from '../reading/loader.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
  now(): Date
}

/**
 * What courses, known to SQL as `c`, must meet to count towards the qualification with this global id, today. Null when
 * none can: an unknown id, no policy in force, an institution that takes no part.
 */
export type CountedCourses = (context: Reading, qualificationId: string) => Promise<Condition[] | null>
