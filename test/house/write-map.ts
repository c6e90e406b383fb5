/** Writes the README's map of src from each file's caption. */
import { readFileSync, writeFileSync } from 'node:fs'
import { mapOfSource } from './map-of-source.ts'

const heading = '## Map of src'
const readme = readFileSync('README.md', 'utf8')
writeFileSync('README.md', `${readme.slice(0, readme.indexOf(heading))}${heading}\n\n${mapOfSource()}`)
