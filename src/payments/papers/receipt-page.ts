/** Writes a receipt or credit note as a page to print. */
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { dateIn } from '../../values/dates.ts'
import { formatted } from '../../values/money.ts'
import { receiptById } from './loaders.ts'
import type { KeptLine, Receipt, ReceiptParty } from './receipt.ts'

/** A page as the documents' address serves it. */
export interface Page {
  html: string
  fileName: string
}

const LOCALE = 'en-GB'
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => escapes[letter] as string)

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
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>
body { font: 1rem/1.5 sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
table { width: 100%; border-collapse: collapse }
th, td { text-align: right; padding: .4rem; border-bottom: 1px solid #767676; vertical-align: top }
th:first-child, td:first-child { text-align: left }
@media print { body { margin: 0; max-width: none } }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>Issued ${dateIn(issuedAt, timeZone)}</p>
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
${reference}
</main>
</body>
</html>
`
}

function party({ name, address, email, taxNumber }: ReceiptParty): string {
  const lines = [name, ...address, ...(email ? [email] : []), ...(taxNumber ? [`Tax number ${taxNumber}`] : [])]
  return `<p>${lines.map(escaped).join('<br>')}</p>`
}
