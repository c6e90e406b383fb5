/** Defines the jobs that mirror the catalogue and follow what changes of a run. */
import { z } from 'zod'
import { defineJob } from '../store/define-job.ts'

const ofRun = z.object({ runId: z.uuid() })
/** It waits for payments that are being processed: tried every minute or so, these last days. */
const PATIENT_ATTEMPTS = 10_000
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
  /** Added here, where it is heard; run by what rests on the run. */
  runCancelled: defineJob({
    task: 'run_cancelled',
    payload: ofRun,
    key: ({ runId }) => runId,
    attempts: PATIENT_ATTEMPTS,
  }),
  runReinstated: defineJob({ task: 'run_reinstated', payload: ofRun, key: ({ runId }) => runId, attempts: 25 }),
  /** Each start by itself: whoever has paid keeps the latest. */
  runMoved: defineJob({
    task: 'run_moved',
    payload: ofRun.extend({ from: z.iso.datetime(), to: z.iso.datetime() }),
    key: ({ runId, to }) => `${runId}/${to}`,
    attempts: 25,
  }),
  runGone: defineJob({ task: 'run_gone', payload: ofRun, key: ({ runId }) => runId, attempts: 25 }),
  runFound: defineJob({ task: 'run_found', payload: ofRun, key: ({ runId }) => runId, attempts: 25 }),
}
