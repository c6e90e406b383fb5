/** Reads one thing from the partner, answered whole or by reference to it. */
import { z } from 'zod'
import { Upstream } from '../../values/upstream-failure.ts'
import { Effect } from '../upstream-call.ts'
import { malformed, readUpstreamReply } from '../upstream-reply.ts'
import { failureOf, type PartnerAnswer, type PartnerExchange } from './partner-exchange.ts'
import { reference } from './partner-replies.ts'

/** A collection of the partner's, e.g. `program_enrolments`, and the shape of what is in it. */
export interface Collection<Shape extends z.ZodType> {
  name: string
  shape: Shape
}

/** By the partner's uuid; null when the partner does not know it (404). */
export async function getThing<Shape extends z.ZodType>(
  exchange: PartnerExchange,
  { name, shape }: Collection<Shape>,
  uuid: string,
): Promise<z.output<Shape> | null> {
  const answer = await exchange({
    operation: `${name}.get`,
    effect: Effect.Read,
    path: `/${name}/${encodeURIComponent(uuid)}`,
    alsoAnswers: [404],
  })
  return answer.status === 404 ? null : readUpstreamReply(Upstream.Partner, shape, answer.body)
}

/**
 * By what is known of it: `find` answers 302 with a reference, or 404. What the reference names is asked for by its uuid
 * at our own base URL, so no address of the partner's choosing is ever called.
 */
export async function findThing<Shape extends z.ZodType>(
  exchange: PartnerExchange,
  collection: Collection<Shape>,
  query: Record<string, string>,
): Promise<z.output<Shape> | null> {
  const answer = await exchange({
    operation: `${collection.name}.find`,
    effect: Effect.Read,
    path: `/${collection.name}/find?${new URLSearchParams(query)}`,
    alsoAnswers: [302, 404],
  })
  if (answer.status === 404) return null
  if (answer.status !== 302) throw malformed(Upstream.Partner, `find answered ${answer.status}, expected 302 or 404`)
  const { uuid } = readUpstreamReply(Upstream.Partner, reference, answer.body)
  return getThing(exchange, collection, uuid)
}

/** What a POST made; or, where it was there already (409), what `find` says. Throws REFUSED when there is none. */
export async function createThing<Shape extends z.ZodType>(
  exchange: PartnerExchange,
  collection: Collection<Shape>,
  request: { body: object; find: Record<string, string> },
): Promise<z.output<Shape>> {
  const answer = await exchange({
    operation: `${collection.name}.create`,
    effect: Effect.Write,
    path: `/${collection.name}`,
    body: request.body,
    alsoAnswers: [303, 409],
  })
  if (answer.status !== 303 && answer.status !== 409) {
    return readUpstreamReply(Upstream.Partner, collection.shape, answer.body)
  }
  const uuid = namedIn(answer)
  const existing =
    uuid === null ? await findThing(exchange, collection, request.find) : await getThing(exchange, collection, uuid)
  if (existing === null) throw failureOf(answer)
  return existing
}

/** A 303 is a reference; a 409 has one beside its error, or is followed by a `find`. */
function namedIn({ status, body }: PartnerAnswer): string | null {
  if (status === 303) return readUpstreamReply(Upstream.Partner, reference, body).uuid
  return z.object({ reference }).safeParse(body).data?.reference.uuid ?? null
}
