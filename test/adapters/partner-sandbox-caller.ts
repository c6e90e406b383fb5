/** Starts the partner sandbox and calls it as its consumer would. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect } from '@jest/globals'
import { SignJWT } from 'jose'
import {
  type PartnerSandbox,
  type PartnerSandboxOptions,
  startPartnerSandbox,
} from '../../src/sandbox/partner/partner-sandbox.ts'

export const options: PartnerSandboxOptions = {
  host: '127.0.0.1',
  port: 0,
  consumerKey: 'sandbox-consumer',
  sharedSecret: 'sandbox-partner-secret',
  webhookSecret: 'sandbox-partner-webhook-secret',
}

/** Closed after each test, last opened first. */
export const opened: { close(): Promise<void> }[] = []
export let partner: PartnerSandbox

beforeEach(async () => {
  await started({})
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** Starts one, and makes it the one that is called. */
export async function started(more: Partial<PartnerSandboxOptions>): Promise<PartnerSandbox> {
  const sandbox = await startPartnerSandbox({ ...options, ...more })
  opened.push(sandbox)
  partner = sandbox
  return sandbox
}

export function token(claims: { iss?: string; secret?: string; expiresAt?: string } = {}): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(claims.iss ?? options.consumerKey)
    .setIssuedAt()
    .setExpirationTime(claims.expiresAt ?? '10m')
    .sign(new TextEncoder().encode(claims.secret ?? options.sharedSecret))
}

/** The fields that these tests read themselves; everything else is compared whole. */
export interface Thing {
  uuid: string
  href: string
  code: string
  title: string
  url: string
  image_url: string
  updated_at: string
  study_url: string
  invitation_url: string
  merged_into: Thing | null
  steps_completed_ratio: number
  learner: Thing
  program: Thing
  organisation: Thing
  organisation_membership: Thing
  live_events: { join_url: string; recording_url: string | null }[]
}
export interface Refused {
  error: { code: string; message: string }
}
export interface ControlRefused {
  error: string
}
interface Reply<Body> {
  status: number
  headers: Headers
  body: Body
}

export async function call<Body = Thing>(
  path: string,
  init: { post?: unknown; method?: string; headers?: Record<string, string> } = {},
): Promise<Reply<Body>> {
  const answer = await fetch(path.startsWith('http') ? path : `${partner.url}${path}`, {
    redirect: 'manual',
    method: init.method ?? ('post' in init ? 'POST' : 'GET'),
    headers: {
      authorization: `Bearer ${await token()}`,
      ...('post' in init ? { 'content-type': 'application/json' } : {}),
      ...init.headers,
    },
    ...('post' in init ? { body: JSON.stringify(init.post) } : {}),
  })
  const text = await answer.text()
  const json = answer.headers.get('content-type')?.startsWith('application/json') && text !== ''
  return { status: answer.status, headers: answer.headers, body: (json ? JSON.parse(text) : text) as Body }
}

export const reference = {
  uuid: expect.any(String),
  href: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/partners\//),
}
export const grace = {
  external_learner_id: 'grace',
  email: 'grace@example.org',
  first_name: 'Grace',
  last_name: 'Hopper',
}

export async function invite(person: Partial<typeof grace> = {}) {
  return (await call('/partners/organisation_memberships', { post: { ...grace, ...person } })).body
}
export async function link(membership: { invitation_url: string }) {
  expect((await fetch(membership.invitation_url, { method: 'POST' })).status).toBe(200)
}
export async function newRun(facts: object = {}): Promise<string> {
  const made = await call('/_sandbox/program_runs', { post: { program_code: 'evidence-for-policy', ...facts } })
  expect(made).toMatchObject({ status: 201, body: { uuid: expect.any(String) } })
  return made.body.uuid
}
export function enrol(membership: { uuid: string }, runUuid: string, externalReference: string = randomUUID()) {
  const post = { organisation_membership: { uuid: membership.uuid }, program_run: { uuid: runUuid } }
  return call('/partners/program_enrolments', { post: { ...post, external_reference: externalReference } })
}
/** Every page of a list, following the next links. */
export async function all(path: string) {
  const items: Thing[] = []
  for (let next: string | undefined = path; next; ) {
    const answer: Reply<Thing[]> = await call<Thing[]>(next)
    expect(answer.status).toBe(200)
    items.push(...answer.body)
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return items
}
