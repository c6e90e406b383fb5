/** Tells the tax in a run's price: the run's own, else the seller's. */
import { Field, ObjectType } from 'type-graphql'
import { Money } from '../graph/contract/money.ts'
import { Decimal } from '../graph/contract/scalars.ts'
import { TaxTreatment } from '../graph/contract/tax-treatment.ts'
import { type Tax, taxIn } from '../values/tax.ts'
import type { CourseRun } from './course-run.ts'

@ObjectType({ simpleResolvers: true, description: 'The tax in a price. Prices include it.' })
export class PriceTax {
  @Field(() => TaxTreatment, { description: 'How it is taxed.' })
  treatment!: TaxTreatment

  @Field(() => Decimal, { nullable: true, description: 'Per cent, exact; null when exempt or outside the tax.' })
  rate!: string | null

  @Field(() => Money, { description: 'How much of the price it is.' })
  amount!: Money

  @Field(() => String, {
    nullable: true,
    description: 'The words that the law wants when there is no tax; null otherwise.',
  })
  note!: string | null
}

type TaxedRun = Pick<CourseRun, 'taxTreatment' | 'taxRate' | 'taxNote'>

/** What the partner says of the run, else what the seller says of all; null when neither says anything. */
export function taxOf({ taxTreatment, taxRate, taxNote }: TaxedRun, seller: { tax: Tax } | null): Tax | null {
  if (taxTreatment !== null) return { treatment: taxTreatment, rate: taxRate, note: taxNote }
  return seller?.tax ?? null
}

/** Null for a free run. */
export function priceTax(
  run: TaxedRun & Pick<CourseRun, 'priceMinor' | 'currency'>,
  seller: { tax: Tax } | null,
): PriceTax | null {
  const { priceMinor, currency } = run
  const tax = taxOf(run, seller)
  if (!priceMinor || currency === null || tax === null) return null
  return { ...tax, amount: { amountMinor: taxIn(priceMinor, tax), currency } as Money }
}
