/** Checks what POST /_sandbox/programs/{code} may change of a program, field by field. */
import { z } from 'zod'

const decimal = z.string().regex(/^\d+(\.\d{1,2})?$/, 'expected a decimal as a string, e.g. "7.5"')

export const programChange = z
  .strictObject({
    title: z.string().min(1),
    introduction: z.string().min(1),
    description: z.string().nullable(),
    language: z.string().min(2),
    subject: z.string().nullable(),
    hours_per_week: z.number().positive().nullable(),
    weeks_count: z.int().min(1).nullable(),
    total_study_hours: z.int().min(1).nullable(),
    level: z.enum(['undergraduate', 'postgraduate']).nullable(),
    credit: z
      .strictObject({
        amount: decimal,
        scheme: z.enum(['CATS', 'ECTS', 'SCQF', 'US_SEMESTER', 'US_QUARTER']),
        level: z.int().min(1).max(12),
        framework: z.enum(['FHEQ', 'EQF', 'SCQF']),
      })
      .nullable(),
    assessment: z
      .strictObject({
        summary: z.string().min(1),
        formal: z.boolean().nullable(),
        online: z.boolean().nullable(),
        pass_mark: decimal.nullable(),
        identity_verification: z.boolean().nullable(),
      })
      .nullable(),
    learning_outcomes: z.array(z.string().min(1)),
    transcript: z.boolean().nullable(),
    /** Now, or not any more; `withdrawn_at` says another instant. */
    withdrawn: z.boolean(),
    withdrawn_at: z.iso.datetime({ offset: true, error: 'expected an ISO instant with an offset' }).nullable(),
  })
  .partial()
