/** Which command answers which job, and which run by the clock. */
import type { Job } from './context.ts'
import { syncCatalogueJob } from './courses/sync-catalogue.ts'

export const jobs: Job[] = [syncCatalogueJob]

/** Cron lines of graphile-worker, in UTC: what runs by the clock. */
export function crontab(clock: { syncEveryMinutes: number }): string[] {
  return [`*/${clock.syncEveryMinutes} * * * * sync_catalogue ?jobKey=sync_catalogue`]
}
