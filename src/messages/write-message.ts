/** Writes a message in the transaction of what it tells. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { newId } from '../store/row.ts'
import type { Language } from './language.ts'
import { messageJobs } from './message-jobs.ts'
import type { MessageKind, MessageParams } from './message-kind.ts'
import { messageText } from './message-text.rules.ts'
import { OutgoingMessage } from './outgoing-message.ts'

export interface Telling<Kind extends MessageKind> {
  kind: Kind
  to: string
  language: Language
  params: MessageParams[Kind]
  at: Date
  /** Of what a job that may run twice tells: written once. */
  id?: string
}

/** Both commit or neither: what is told has happened, and what has happened is told. Answers its id. */
export async function writeMessage<Kind extends MessageKind>(
  tx: EntityManager,
  telling: Telling<Kind>,
): Promise<string> {
  const { kind, to, language, params, at, id = newId() } = telling
  if (telling.id !== undefined && (await tx.count(OutgoingMessage, { id })) > 0) return id
  const { subject, text } = messageText(kind, language, params)
  tx.create(OutgoingMessage, {
    id,
    kind,
    to,
    language,
    subject,
    text,
    messageId: `<${id}@${MAIL_DOMAIN}>`,
    attempts: 0,
    createdAt: at,
    sentAt: null,
    refusal: null,
  })
  await tx.flush()
  await messageJobs.send.add(tx, { messageId: id })
  return id
}

/** Of the ids, which name no machine. */
const MAIL_DOMAIN = 'messages.microcredential-gateway'
