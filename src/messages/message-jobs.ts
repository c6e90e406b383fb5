/** Defines the jobs that send messages. */
import { z } from 'zod'
import { defineJob } from '../store/define-job.ts'

export const messageJobs = {
  send: defineJob({
    task: 'send_message',
    payload: z.object({ messageId: z.uuid() }),
    key: ({ messageId }) => messageId,
    attempts: 25,
  }),
  /** Takes up what was written while no mail server was configured, or has been given up. */
  sendWaiting: defineJob({ task: 'send_waiting_messages', payload: z.object({}), key: () => null, attempts: 1 }),
}
