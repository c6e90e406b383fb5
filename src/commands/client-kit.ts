/** Writes the client kit for front ends: `npm run client-kit [-- folder]`. */
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildSchema } from 'graphql'
import { clientKit } from '../client-kit/client-kit.ts'

const [folder = 'dist/client-kit'] = process.argv.slice(2)
const source = 'src/client-kit'
const read = (file: string) => readFileSync(file, 'utf8')

const files = clientKit(
  buildSchema(read('schema.graphql')),
  ['README.md', ...globSync('src/**/README.md').sort()].map(read),
)
rmSync(folder, { recursive: true, force: true })
for (const [name, text] of files) {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
for (const name of ['connection-policy.ts', 'README.md']) copyFileSync(join(source, name), join(folder, name))
copyFileSync('schema.graphql', join(folder, 'schema.graphql'))
console.log(`${files.size + 3} files in ${folder}.`)
