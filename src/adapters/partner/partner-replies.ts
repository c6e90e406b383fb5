/** The shapes that the partner's answers must have, field by field; what only some partners state may be absent. */
import { z } from 'zod'

const text = z.string().min(1)
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value))
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().transform((value) => value ?? null)
const decimal = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d+(\.\d+)?$/, 'a decimal'))

export const reference = z.object({ uuid: text, href: text })

export const program = z.object({
  uuid: text,
  code: text,
  title: text,
  introduction: z.string().default(''),
  description: maybe(z.string()),
  language: z.string().default('en'),
  subject: maybe(text),
  image_url: maybe(z.url()),
  organisation: z.object({ uuid: text, slug: maybe(text), name: text, country: maybe(text) }),
  hours_per_week: maybe(decimal),
  weeks_count: maybe(z.number().int().positive()),
  total_study_hours: maybe(z.number().int().positive()),
  level: maybe(z.enum(['undergraduate', 'postgraduate'])),
  credit: maybe(
    z.object({
      amount: decimal,
      scheme: z.enum(['CATS', 'ECTS', 'SCQF', 'US_SEMESTER', 'US_QUARTER']),
      level: z.number().int(),
      framework: z.enum(['FHEQ', 'EQF', 'SCQF']),
    }),
  ),
  assessment: maybe(
    z.object({
      summary: z.string(),
      formal: maybe(z.boolean()),
      online: maybe(z.boolean()),
      pass_mark: maybe(decimal),
      identity_verification: maybe(z.boolean()),
    }),
  ),
  learning_outcomes: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  transcript: maybe(z.boolean()),
  url: z.url(),
  withdrawn_at: maybe(instant),
  updated_at: maybe(instant),
})

const liveEvent = z.object({
  uuid: text,
  title: text,
  start_time: instant,
  duration_minutes: z.number().int().positive(),
  join_url: maybe(z.url()),
  recording_url: maybe(z.url()),
})

export const programRun = z.object({
  uuid: text,
  program: z.object({ uuid: text }),
  code: text,
  start_time: maybe(instant),
  weeks_count: maybe(z.number().int().positive()),
  time_zone: maybe(text),
  price: maybe(
    z.object({ minor: z.number().int().min(0), currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code') }),
  ),
  enrolment_opens_at: maybe(instant),
  enrolment_closes_at: maybe(instant),
  live_events: z
    .array(liveEvent)
    .nullish()
    .transform((value) => value ?? []),
  url: z.url(),
  status: maybe(z.string()),
  updated_at: maybe(instant),
})

export const membership = z.object({
  uuid: text,
  external_learner_id: text,
  email: maybe(z.string()),
  first_name: maybe(z.string()),
  last_name: maybe(z.string()),
  learner: z.object({ uuid: text }).nullable(),
  invitation_url: maybe(z.url()),
})

export const programEnrolment = z.object({
  uuid: text,
  organisation_membership: z.object({ uuid: text }),
  program_run: z.object({ uuid: text }),
  external_reference: maybe(z.string()),
  status: z.string(),
  activated_at: maybe(instant),
  deactivated_at: maybe(instant),
  study_url: maybe(z.url()),
  steps_completed_count: maybe(z.number().int().min(0)),
  steps_completed_ratio: maybe(z.number().min(0).max(1)),
  result: maybe(
    z.object({
      status: z.enum(['passed', 'failed']),
      grade: maybe(decimal),
      awarded_on: maybe(z.iso.date()),
      identity_verified: maybe(z.boolean()),
    }),
  ),
  updated_at: maybe(instant),
})

export const availability = z.array(z.object({ uuid: text, places_remaining: z.number().int().nullable() }))

export const errorReply = z.object({ error: z.object({ code: z.string(), message: z.string() }) })
export const conflictReply = z.object({ reference })
