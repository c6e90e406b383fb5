/** Checks the partner's answers field by field, with optional facts allowed to be absent. */
import { z } from 'zod'
import { CreditScheme, isLevel, LevelFramework, levelsExpected } from '../../values/credit.ts'
import { isTimeZone } from '../../values/dates.ts'
import { EXPECTED_STORABLE, isStorable } from '../../values/kept-text.ts'
import { isCurrency } from '../../values/money.ts'

const words = z.string().refine(isStorable, EXPECTED_STORABLE)
const text = z.string().min(1).refine(isStorable, EXPECTED_STORABLE)
const url = z.url().refine(isStorable, EXPECTED_STORABLE)
const instant = z.iso.datetime({ offset: true, error: 'expected an ISO instant' }).transform((value) => new Date(value))
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().transform((value) => value ?? null)
const listOf = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .array(shape)
    .nullish()
    .transform((value) => value ?? [])

/** A number or a decimal text, as a plain decimal text: a tiny number would be written with an exponent. */
const decimal = z
  .union([z.string(), z.number().transform((value) => plainDecimal(value))])
  .refine((value) => /^\d+(\.\d+)?$/.test(value), 'expected a decimal number')

function plainDecimal(value: number): string {
  const written = String(value)
  return written.includes('e') ? value.toFixed(10).replace(/\.?0+$/, '') : written
}

export const reference = z.object({ uuid: text })

const credit = z
  .object({
    amount: decimal,
    scheme: z.enum(CreditScheme),
    level: z.int(),
    framework: z.enum(LevelFramework),
  })
  .superRefine(({ level, framework }, context) => {
    if (isLevel(level, framework)) return
    context.addIssue({ code: 'custom', path: ['level'], message: `expected ${levelsExpected(framework)}` })
  })

export const program = z.object({
  uuid: text,
  code: text,
  title: text,
  introduction: maybe(words),
  description: maybe(words),
  language: maybe(text),
  subject: maybe(text),
  image_url: maybe(url),
  organisation: z.object({ uuid: text, slug: maybe(text), name: text, country: maybe(text) }),
  hours_per_week: maybe(decimal),
  weeks_count: maybe(z.int().positive()),
  total_study_hours: maybe(z.int().positive()),
  level: maybe(z.enum(['undergraduate', 'postgraduate'])),
  credit: maybe(credit),
  assessment: maybe(
    z.object({
      summary: words,
      formal: maybe(z.boolean()),
      online: maybe(z.boolean()),
      pass_mark: maybe(decimal),
      identity_verification: maybe(z.boolean()),
    }),
  ),
  learning_outcomes: listOf(words),
  transcript: maybe(z.boolean()),
  url,
  withdrawn_at: maybe(instant),
  updated_at: maybe(instant),
})

const liveEvent = z.object({
  uuid: text,
  title: text,
  start_time: instant,
  duration_minutes: z.int().positive(),
  join_url: maybe(url),
  recording_url: maybe(url),
})

const tax = z.object({
  treatment: z.enum(['exempt', 'taxed', 'outside']),
  rate: maybe(decimal),
  note: maybe(words),
})

export const programRun = z.object({
  uuid: text,
  program: reference,
  code: text,
  start_time: maybe(instant),
  weeks_count: maybe(z.int().positive()),
  time_zone: maybe(z.string().refine(isTimeZone, 'expected an IANA time zone')),
  price: maybe(
    z.object({ minor: z.int().min(0), currency: z.string().refine(isCurrency, 'expected an ISO 4217 currency code') }),
  ),
  tax: maybe(tax),
  enrolment_opens_at: maybe(instant),
  enrolment_closes_at: maybe(instant),
  live_events: listOf(liveEvent),
  url,
  status: maybe(words),
  cancelled_at: maybe(instant),
  updated_at: maybe(instant),
})

export const membership = z.object({
  uuid: text,
  external_learner_id: text,
  email: maybe(words),
  first_name: maybe(words),
  last_name: maybe(words),
  learner: reference.nullable(),
  invitation_url: maybe(url),
  merged_into: maybe(reference),
})

export const programEnrolment = z.object({
  uuid: text,
  organisation_membership: reference,
  program_run: reference,
  external_reference: maybe(words),
  // An unknown word is refused: read as "ended" it would cost a learner the place.
  status: maybe(z.enum(['pending', 'active', 'completed', 'inactive'])),
  activated_at: maybe(instant),
  deactivated_at: maybe(instant),
  // A word that is not known says nothing: then it was ended, and not said by whom.
  deactivated_by: maybe(z.enum(['learner', 'partner', 'organisation'])).catch(null),
  deactivation_reason: maybe(words),
  study_url: maybe(url),
  steps_completed_count: maybe(z.int().min(0)),
  steps_completed_ratio: maybe(decimal.refine((value) => Number(value) <= 1, 'expected a ratio from 0 to 1')),
  // Null says that there is none, or none any more; where it is left out nothing is said.
  result: z
    .object({
      status: z.enum(['passed', 'failed']),
      grade: maybe(decimal),
      awarded_on: maybe(z.iso.date()),
      identity_verified: maybe(z.boolean()),
    })
    .nullish(),
  updated_at: maybe(instant),
})

export const availability = z.array(z.object({ uuid: text, places_remaining: z.int().min(0).nullable() }))

export const errorReply = z.object({ error: z.object({ code: z.string(), message: z.string().default('') }) })
