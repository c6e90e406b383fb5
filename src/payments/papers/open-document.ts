/** Opens what a signed address leads to: a page to print, or an export. */
import type { Readable } from 'node:stream'
import type { Context } from '../../context.ts'
import { openLink } from './document-link.ts'
import { exportFile } from './export-money.ts'
import type { Page } from './print-page.ts'

type Opening = Pick<Context, 'read' | 'signer' | 'settings' | 'now' | 'log'>
type NotOpened = 'FORGED' | 'EXPIRED' | 'GONE'

/** Writes the page of one thing of a kind, its instants in the seller's zone; null when there is none. */
export type PageWriter = (reading: Pick<Context, 'read'> & { timeZone: string }, of: string) => Promise<Page | null>

/** `pages` by what their links name: each feature brings its own. */
export async function openDocument(
  context: Opening,
  token: string,
  pages: Readonly<Record<string, PageWriter>>,
): Promise<NotOpened | { type: string; fileName: string; inline: boolean; body: string }> {
  const link = await openLink(context, token)
  if (typeof link === 'string') return link
  const write = Object.hasOwn(pages, link.what) ? pages[link.what] : undefined
  const timeZone = context.settings.seller?.timeZone ?? 'UTC'
  const page = write ? await write({ read: context.read, timeZone }, link.of) : null
  if (page === null) return 'GONE'
  return { type: 'text/html; charset=utf-8', fileName: page.fileName, inline: true, body: page.html }
}

export async function openExport(
  context: Opening,
  token: string,
): Promise<NotOpened | { type: string; fileName: string; inline: boolean; body: Readable }> {
  const link = await openLink(context, token)
  if (typeof link === 'string') return link
  const file = link.what === 'export' ? exportFile(context, link) : null
  return file === null ? 'GONE' : { type: 'text/csv; charset=utf-8', inline: false, ...file }
}
