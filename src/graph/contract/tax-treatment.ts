/** Publishes how a price is taxed, for runs and receipts alike. */
import { TaxTreatment } from '../../values/tax.ts'
import { publishEnum } from './enum.ts'

publishEnum(TaxTreatment, 'TaxTreatment', 'How a line is taxed.', {
  EXEMPT: 'Exempt, e.g. education supplied by a university.',
  TAXED: 'Taxed at the rate.',
  OUTSIDE_SCOPE: "Outside the tax of the seller's country.",
})

export { TaxTreatment }
