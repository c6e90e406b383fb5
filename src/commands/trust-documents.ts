/** Adds a client's generated manifest to the documents that the gateway trusts. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { buildSchema, type GraphQLSchema, parse, validate } from 'graphql'
import {
  ManifestRefused,
  readManifestFile,
  type TrustedManifest,
  writeManifest,
} from '../graph/limits/trusted-manifest.ts'

const usage = `npm run trust -- <manifest.json> [<trusted-documents.json>]
Adds every document of the manifest to the file of trusted documents, trusted-documents.json unless said otherwise.
Start the gateway with TRUSTED_DOCUMENTS_FILE set to that file.`

/** What is wrong with a document, by the committed schema; null when it fits. */
function problemOf(schema: GraphQLSchema, text: string): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function checkAll(texts: TrustedManifest): Promise<void> {
  const schema = buildSchema(await readFile('schema.graphql', 'utf8'))
  const problems = [...texts].flatMap(([hash, text]) => {
    const problem = problemOf(schema, text)
    return problem === null ? [] : [`  ${hash.slice(0, 12)}: ${problem}`]
  })
  if (problems.length > 0) throw new ManifestRefused(`The schema cannot answer:\n${problems.join('\n')}`)
}

async function run([manifestFile, trustedFile = 'trusted-documents.json']: string[]): Promise<string> {
  if (manifestFile === undefined) throw new ManifestRefused(usage)
  const added = await readManifestFile(manifestFile)
  await checkAll(added)
  const before = existsSync(trustedFile) ? await readManifestFile(trustedFile) : new Map<string, string>()
  const after = new Map([...before, ...added])
  await writeFile(trustedFile, writeManifest(after))
  return `${trustedFile}: ${after.size} documents, ${after.size - before.size} of them new.`
}

try {
  console.log(await run(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof ManifestRefused ? error.message : error)
  process.exitCode = 1
}
