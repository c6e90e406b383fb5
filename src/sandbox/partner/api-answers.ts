/** Builds the partner's answers: bodies with ETag, list pages, redirects and refusals. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer } from '../faults.ts'

/** What every representation starts with. */
export interface Reference {
  uuid: string
  href: string
}

/** The query string of a call, as it was sent. */
export type Query = Record<string, string | undefined>

/** Thrown by an operation that says no; answered as `{error: {code, message}}`, with the reference where one exists. */
export class ApiRefusal extends Error {
  readonly status: number
  readonly code: string
  readonly reference: Reference | undefined

  constructor(status: number, code: string, message: string, reference?: Reference) {
    super(message)
    this.status = status
    this.code = code
    this.reference = reference
  }
}

/** The partner's documented error body. */
export function refusal(status: number, code: string, message: string, reference?: Reference): Answer {
  return { status, body: { error: { code, message }, ...(reference ? { reference } : {}) } }
}

/** A control call that is refused, in its own form. */
export const wrong = (status: number, error: string): Answer => ({ status, body: { error } })

/** A `find` or a state change: the status says where to look, and a JSON body says it too. */
export function seeReference(status: 302 | 303, reference: Reference): Answer {
  return { status, headers: { location: reference.href }, body: { uuid: reference.uuid, href: reference.href } }
}

/** Adds the ETag to a 200, and answers 304 in its place when the caller holds the same already. */
export function withEtag(answer: Answer, ifNoneMatch: string | undefined): Answer {
  if (answer.status !== 200) return answer
  const etag = `"${createHash('sha256').update(JSON.stringify(answer.body)).digest('base64url').slice(0, 27)}"`
  const headers = { ...answer.headers, etag }
  const held = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return held.includes(etag) || held.includes('*') ? { status: 304, headers } : { ...answer, headers }
}

/** Checks `input`, or throws the refusal `invalid_request` naming the field at fault. */
export function parse<Shape extends z.ZodType>(shape: Shape, input: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(input ?? {})
  if (parsed.success) return parsed.data
  throw new ApiRefusal(400, 'invalid_request', problems(parsed.error))
}

/** Every problem as `field: what was expected`, in one line. */
export function problems(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; ')
}

const MOST_UUIDS = 100

/** The `uuids=a,b` of a batch. Throws the refusal `invalid_request` for none or more than a hundred. */
export function parseUuids(text: string | undefined): string[] {
  const uuids = [...new Set((text ?? '').split(',').filter((uuid) => uuid !== ''))]
  if (uuids.length >= 1 && uuids.length <= MOST_UUIDS) return uuids
  throw new ApiRefusal(400, 'invalid_request', `uuids: expected 1 to ${MOST_UUIDS} uuids separated by commas`)
}

const listQuery = z.object({
  updated_since: z.iso.datetime({ offset: true, error: 'expected an ISO instant with an offset' }).optional(),
  page_size: z.coerce
    .number()
    .pipe(z.int({ error: 'expected a whole number' }).min(1).max(200))
    .default(100),
  cursor: z
    .string()
    .regex(/^[0-9TZ:.-]+~[0-9a-f-]{36}$/, 'expected the cursor of a next link')
    .optional(),
})

/**
 * One page of everything changed since `updated_since` (that instant included), oldest change first.
 * A `Link` to the next page is there when there is one.
 */
export function pageOf<Item extends { uuid: string; updated_at: string }>(
  items: readonly Item[],
  query: Query,
  listUrl: string,
  represent: (item: Item) => object,
): Answer {
  const { updated_since, page_size, cursor } = parse(listQuery, query)
  const sinceMs = updated_since === undefined ? -Infinity : Date.parse(updated_since)
  const position = ({ updated_at, uuid }: Item) => `${updated_at}~${uuid}`
  const wanted = items
    .filter((item) => Date.parse(item.updated_at) >= sinceMs && (cursor === undefined || position(item) > cursor))
    .sort((a, b) => (position(a) < position(b) ? -1 : 1))
  const shown = wanted.slice(0, page_size)
  const last = shown.at(-1)
  const answer = { status: 200, body: shown.map(represent) }
  if (last === undefined || wanted.length === shown.length) return answer
  const next = new URLSearchParams({
    ...(updated_since === undefined ? {} : { updated_since }),
    page_size: String(page_size),
    cursor: position(last),
  })
  return { ...answer, headers: { link: `<${listUrl}?${next}>; rel="next"` } }
}
