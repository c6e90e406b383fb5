/** Writes an acknowledgement as a page to print or keep. */
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { acknowledgementById } from './loaders.ts'
import { escaped, type Page, printPage } from './print-page.ts'

/** The page of the acknowledgement with this id; null when there is none. */
export async function acknowledgementPage({ read }: { read: ReadConnection }, id: string): Promise<Page | null> {
  const acknowledgement = await acknowledgementById({ read, loads: new Map() }, id)
  if (acknowledgement === null) return null
  const { subject: title, text, language } = acknowledgement
  const body = text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escaped(paragraph).replaceAll('\n', '<br>')}</p>`)
    .join('\n')
  return { html: printPage({ title, language, body }), fileName: `acknowledgement-${id}.html` }
}
