/** Prints the map of a folder: each of its files with that file's own caption. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What a file says of itself in its first line. */
function captionOf(file: string): string {
  const [first = ''] = readFileSync(file, 'utf8').split('\n', 1)
  return first.replace(/^\/\*\* ?/, '').replace(/ ?\*\/$/, '')
}

/** Folder by folder, in the order of their names. */
function mapOf(root: string): string {
  const files = globSync(join(root, '**/*.ts')).sort()
  const folders = Map.groupBy(files, (file) => dirname(file))
  const chapters = [...folders.keys()].sort().map((folder) => {
    const ofFolder = folders.get(folder) as string[]
    const width = Math.max(...ofFolder.map((file) => basename(file).length))
    const lines = ofFolder.map((file) => `  ${basename(file).padEnd(width)}  ${captionOf(file)}\n`)
    return `${folder}\n${lines.join('')}`
  })
  return chapters.join('\n')
}

const [folder = 'src'] = process.argv.slice(2)
console.log(mapOf(folder) || `There are no files in ${folder}.`)
