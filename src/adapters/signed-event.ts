/** Reads a webhook that is signed: strictly what it is kept by, leniently all else. */
import { z } from 'zod'
import { canBeKept } from '../values/kept-text.ts'
import { WebhookRefused } from '../values/webhook-refused.ts'
import { problems } from './upstream-reply.ts'

/** Those of all senders are far shorter, and an index of PostgreSQL takes 2,700 bytes. */
const LONGEST_NAME_CHARACTERS = 255
const LONGEST_ADDRESS_CHARACTERS = 2048
/** Of one event: a dispute names its transactions, and nobody has as many. */
const MOST_FACTS = 20
/** PostgreSQL has no year 0, and JavaScript writes years after 9999 with a sign. */
const firstInstant = new Date('1970-01-01T00:00:00Z')
const lastInstant = new Date('9999-12-31T23:59:59Z')

const text = (longest: number) =>
  z.string().min(1).max(longest).refine(canBeKept, 'expected a text without control characters')

/** An id or a type. */
export const keptText = text(LONGEST_NAME_CHARACTERS)

export const keptAddress = text(LONGEST_ADDRESS_CHARACTERS)

/** After it was read from what the sender writes. */
export const keptInstant = z.date().min(firstInstant).max(lastInstant)

/** What is left out when it cannot be read. */
export const spare = <Shape extends z.ZodType>(shape: Shape) => shape.optional().catch(undefined)

/** A list of which whatever cannot be read is left out. */
export const spareList = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((entries) =>
      entries.slice(0, MOST_FACTS).flatMap((entry) => {
        const read = shape.safeParse(entry)
        return read.success ? [read.data] : []
      }),
    )

/**
 * The event in the agreed shape, after its signature has held. Throws WebhookRefused, naming what it cannot be kept
 * without; the sender is answered 400 then, and only then: any other 4xx or 5xx is repeated for days.
 */
export function readSigned<Shape extends z.ZodType>(sender: string, shape: Shape, rawBody: Buffer): z.output<Shape> {
  const read = shape.safeParse(parsed(sender, rawBody))
  if (read.success) return read.data
  throw new WebhookRefused(`What ${sender} sent cannot be kept: ${problems(read.error)}`)
}

function parsed(sender: string, rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'))
  } catch (cause) {
    throw new WebhookRefused(`What ${sender} sent is not JSON.`, { cause })
  }
}
