/** Sends a message by mail, once unless the mail server's answer was lost. */
import type { Context } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { messageJobs } from './message-jobs.ts'
import { OutgoingMessage } from './outgoing-message.ts'

const DAY_MS = 24 * 3_600_000
/** Longer than anybody asks what they were told. */
const KEPT_FOR_MS = 3 * 365 * DAY_MS
/** A message that is older than this tells nobody anything new. */
const WORTH_SENDING_FOR_MS = 30 * DAY_MS
/** What is taken up at once; the next hour brings the rest. */
const MOST_MESSAGES_AT_ONCE = 1_000

/** Does nothing where no mail server is configured: the message waits. Throws to be tried again. */
async function sendMessage(context: Context, messageId: string): Promise<void> {
  const { mail, now } = context
  if (mail === null) return
  const message = await begin(context, messageId)
  if (message === null) return
  const { to, subject, text, language, messageId: id, createdAt } = message
  try {
    await mail.send({ to, subject, text, language, messageId: id, date: createdAt })
  } catch (failure) {
    if (!isUpstreamFailure(failure, 'REFUSED')) throw failure
    context.log.warn({ err: failure, message: messageId }, 'a message is refused by the mail server for good')
    return end(context, messageId, { refusal: failure.message })
  }
  await end(context, messageId, { sentAt: now() })
}

/** Counted before it is sent, so that one that kills us is seen. Null when it is done with. */
function begin(context: Context, id: string): Promise<OutgoingMessage | null> {
  return inTransaction(context.em, async (tx) => {
    const message = await tx.findOne(OutgoingMessage, { id, sentAt: null, refusal: null })
    if (message) message.attempts += 1
    return message
  })
}

async function end(context: Context, id: string, outcome: Partial<OutgoingMessage>): Promise<void> {
  await inTransaction(context.em, (tx) => tx.nativeUpdate(OutgoingMessage, { id, sentAt: null }, outcome))
}

/** Adds the job of each message that waits, and forgets what was told long ago. */
async function sendWaiting({ em, mail, now }: Context): Promise<void> {
  const at = now().getTime()
  await inTransaction(em, async (tx) => {
    await tx.nativeDelete(OutgoingMessage, { createdAt: { $lt: new Date(at - KEPT_FOR_MS) } })
    if (mail === null) return
    const fresh = { $gte: new Date(at - WORTH_SENDING_FOR_MS) }
    const waiting = await tx.find(
      OutgoingMessage,
      { sentAt: null, refusal: null, createdAt: fresh },
      { orderBy: { createdAt: 'asc' }, limit: MOST_MESSAGES_AT_ONCE, fields: ['id'] },
    )
    for (const { id } of waiting) await messageJobs.send.add(tx, { messageId: id }, { preserveRunAt: true })
  })
}

export const sendMessageJob = messageJobs.send.runs((context: Context, { messageId }) =>
  sendMessage(context, messageId),
)
export const sendWaitingMessagesJob = messageJobs.sendWaiting.runs((context: Context) => sendWaiting(context))
