/** Reads the document manifests of client tools into a map by sha256. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ConfigRefused } from '../../values/config-refused.ts'

/** Text of each document by its sha256 in lower-case hex. */
export type TrustedManifest = ReadonlyMap<string, string>

const sha256 = z.string().regex(/^(sha256:)?[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex')
/** What graphql-codegen and Relay write, and what we keep. */
const mapShape = z.record(sha256, z.string().min(1))
/** What @apollo/generate-persisted-query-manifest writes. */
const apolloShape = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: sha256, body: z.string().min(1) })),
})

/** A manifest that is not one; the message names what does not fit. */
export class ManifestRefused extends ConfigRefused {
  override readonly name = 'ManifestRefused'
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function entriesOf(manifest: unknown): [string, string][] {
  const apollo = apolloShape.safeParse(manifest)
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => [id, body])
  const map = mapShape.safeParse(manifest)
  if (map.success) return Object.entries(map.data)
  const problem = map.error.issues[0]
  throw new ManifestRefused(
    `Expected a map from sha256 to document, or an Apollo manifest: ${problem?.path.join('.')} ${problem?.message}.`,
  )
}

/** Reads a manifest of either form. Throws ManifestRefused, also when an id is not the hash of its document. */
export function readManifest(manifest: unknown): TrustedManifest {
  const texts = new Map<string, string>()
  for (const [id, text] of entriesOf(manifest)) {
    const hash = sha256Of(text)
    if (id.replace('sha256:', '') !== hash) {
      throw new ManifestRefused(`The id ${id} is not the sha256 of its document, which is ${hash}.`)
    }
    texts.set(hash, text)
  }
  return texts
}

/** Reads a manifest's file. Throws ManifestRefused naming the file. */
export async function readManifestFile(file: string): Promise<TrustedManifest> {
  try {
    return readManifest(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    throw new ManifestRefused(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** The file's text: sorted, so that merging is seen in a diff. */
export function writeManifest(texts: TrustedManifest): string {
  const sorted = [...texts].sort(([one], [other]) => (one < other ? -1 : 1))
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`
}
