/** Defines the job that mirrors the catalogue. */
import { z } from 'zod'
import { defineJob } from '../store/define-job.ts'

const uuidAtPartner = z.string().min(1)

export const courseJobs = {
  /** Mirrors everything that changed, or the one program or run that is named. */
  syncCatalogue: defineJob({
    task: 'sync_catalogue',
    payload: z.object({
      programUuid: uuidAtPartner.optional(),
      runUuid: uuidAtPartner.optional(),
    }),
    key: ({ programUuid, runUuid }) => programUuid ?? runUuid ?? null,
    attempts: 25,
  }),
}
