/** Writes a receipt or credit note as a page to print. */
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { dateIn } from '../../values/dates.ts'
import { formatted } from '../../values/money.ts'
import { receiptById } from './loaders.ts'
import { escaped, type Page, printPage } from './print-page.ts'
import type { KeptLine, Receipt, ReceiptParty } from './receipt.ts'

const LOCALE = 'en-GB'
/** The page of the receipt with this id; null when there is none. */
export async function receiptPage(
  { read, timeZone }: { read: ReadConnection; timeZone: string },
  id: string,
): Promise<Page | null> {
  const receipt = await receiptById({ read, loads: new Map() }, id)
  return receipt && { html: htmlOf(receipt, timeZone), fileName: `${receipt.number}.html` }
}

function htmlOf(receipt: Receipt, timeZone: string): string {
  const { number, kind, issuedAt, voidedAt, seller, buyer, keptLines, currency, totalMinor, taxMinor } = receipt
  const title = `${kind === 'RECEIPT' ? 'Receipt' : 'Credit note'} ${number}`
  const amount = (amountMinor: number) => escaped(formatted({ amountMinor, currency }, LOCALE))
  const line = ({ description, taxTreatment, taxRate, taxNote, netMinor, taxMinor: tax, grossMinor }: KeptLine) =>
    `<tr><td>${escaped(description)}${taxNote ? `<br><small>${escaped(taxNote)}</small>` : ''}</td>` +
    `<td>${taxTreatment === 'TAXED' ? `${escaped(taxRate ?? '')} %` : ''}</td>` +
    `<td>${amount(netMinor)}</td><td>${amount(tax)}</td><td>${amount(grossMinor)}</td></tr>`
  const voided = voidedAt
    ? `<p><strong>Void since ${dateIn(voidedAt, timeZone)}: the money came back.</strong></p>`
    : ''
  const reference = receipt.providerReference ? `<p>Reference: ${escaped(receipt.providerReference)}</p>` : ''
  const body = `<p>Issued ${dateIn(issuedAt, timeZone)}</p>
${voided}
<h2>Seller</h2>
${party(seller)}
<h2>Buyer</h2>
${party(buyer)}
<table>
<thead><tr><th scope="col">What</th><th scope="col">Tax rate</th><th scope="col">Net</th><th scope="col">Tax</th><th scope="col">Gross</th></tr></thead>
<tbody>${keptLines.map(line).join('')}</tbody>
<tfoot><tr><th scope="row">Total</th><td></td><td>${amount(totalMinor - taxMinor)}</td><td>${amount(taxMinor)}</td><td>${amount(totalMinor)}</td></tr></tfoot>
</table>
<p>${escaped(receipt.paidBy)}</p>
${reference}`
  return printPage({ title, language: 'en', body })
}

function party({ name, address, email, taxNumber }: ReceiptParty): string {
  const lines = [name, ...address, ...(email ? [email] : []), ...(taxNumber ? [`Tax number ${taxNumber}`] : [])]
  return `<p>${lines.map(escaped).join('<br>')}</p>`
}
