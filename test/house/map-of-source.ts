/** Lists the files of src by folder, each with its caption. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** What a file says of itself in its first line. */
export function sentenceOf(file: string): string {
  const first = readFileSync(file, 'utf8').split('\n', 1)[0] ?? ''
  return first.replace(/^\/\*\* ?/, '').replace(/ ?\*\/$/, '')
}

/** The whole map. The sandboxes are the local world's, not the product's, and have no place in it. */
export function mapOfSource(): string {
  const files = globSync('src/**/*.ts')
    .filter((file) => !file.startsWith('src/sandbox/') && !file.endsWith('.d.ts'))
    .sort()
  const folders = Map.groupBy(files, (file) => dirname(file))
  const chapters = [...folders.keys()].sort().map((folder) => {
    const lines = (folders.get(folder) as string[]).map((file) => `- \`${basename(file)}\` ${sentenceOf(file)}`)
    return `### ${folder}\n\n${lines.join('\n')}\n`
  })
  const opening =
    'Each line is the file’s own first sentence. The sandboxes of the local world are in `src/sandbox`; they import nothing of the product.'
  return `${opening}\n\n${chapters.join('\n')}`
}
