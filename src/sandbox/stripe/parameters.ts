/** Checks the parameters of Stripe's calls and words errors as Stripe does. */
import { z } from 'zod'
import { bracketed, type Form } from './form.ts'
import { badParameter } from './refusal.ts'

/** A whole number, sent as text. */
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, { error: 'Invalid integer', abort: true })
  .transform(Number)

/** `true` or `false`, sent as text. */
export const flag = z.enum(['true', 'false'], { error: 'Invalid boolean' }).transform((text) => text === 'true')

/** At most 50 keys of 40 characters, values of 500: Stripe's limits of metadata. */
export const metadata = z
  .record(z.string().max(40, 'Metadata keys have at most 40 characters'), z.string().max(500))
  .refine((record) => Object.keys(record).length <= 50, 'Metadata has at most 50 keys')

/** `created=…` or `created[gte]=…` and its like, in seconds. */
export const timeRange = z.union([
  integer.transform((exactly) => ({ gte: exactly, lte: exactly, gt: undefined, lt: undefined })),
  z.strictObject({ gte: integer.optional(), lte: integer.optional(), gt: integer.optional(), lt: integer.optional() }),
])
export type TimeRange = z.infer<typeof timeRange>

export const expandPaths = z.array(z.string()).default([])

/** The parameters that every list takes. */
export const paging = {
  limit: integer.pipe(z.int().min(1).max(100)).default(10),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  expand: expandPaths,
}

/** The parameters of a retrieval. */
export const retrieval = z.strictObject({ expand: expandPaths })

/** Checks `form`; throws StripeRefusal (400) that names the first parameter that is missing, unknown or wrong. */
export function checked<Schema extends z.ZodType>(schema: Schema, form: Form): z.output<Schema> {
  const result = schema.safeParse(form)
  if (result.success) return result.data
  const issue = result.error.issues[0] as z.core.$ZodIssue
  const param = bracketed(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const unknown = bracketed([...issue.path, issue.keys[0] as string])
    throw badParameter(unknown, `Received unknown parameter: ${unknown}`, 'parameter_unknown')
  }
  if (issue.code === 'invalid_type' && valueAt(form, issue.path) === undefined) {
    throw badParameter(param, `Missing required param: ${param}.`, 'parameter_missing')
  }
  const code = issue.message === 'Invalid integer' ? 'parameter_invalid_integer' : undefined
  throw badParameter(param, `Invalid ${param}: ${issue.message}`, code)
}

function valueAt(form: Form, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    form,
  )
}
