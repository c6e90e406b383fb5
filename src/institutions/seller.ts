/** Describes who sells the places, as the register file names them. */
import { z } from 'zod'
import { isTimeZone } from '../values/dates.ts'
import { TaxTreatment, taxProblem } from '../values/tax.ts'

const tax = z
  .object({
    treatment: z.enum(TaxTreatment),
    rate: z
      .string()
      .regex(/^\d{1,3}(\.\d{1,4})?$/)
      .nullable()
      .default(null),
    note: z.string().min(1).nullable().default(null),
  })
  .superRefine((said, context) => {
    const problem = taxProblem(said)
    if (problem !== null) context.addIssue(problem)
  })

export const seller = z.object({
  name: z.string().min(1),
  address: z.array(z.string().min(1)).default([]),
  taxNumber: z.string().min(1).nullable().default(null),
  /** The years of receipts are counted in it. */
  timeZone: z.string().refine(isTimeZone, 'expected an IANA time-zone name'),
  /** Of all prices, unless the partner says another for a run. */
  tax,
})
export type Seller = z.infer<typeof seller>
