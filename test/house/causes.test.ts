/** Tests that each cause of `HistoryEntry` is listed, written and described. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLObjectType } from 'graphql'
import { causesByNoun, stateTables } from '../../src/state-tables.ts'

const tableFiles = globSync('src/**/*.states.ts')
const code = (file: string): string => readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
const writers = globSync('src/**/*.ts')
  .filter((file) => !tableFiles.includes(file) && !file.startsWith('src/sandbox/'))
  .map((file) => [file, code(file)] as const)
const listed = [...new Set([...causesByNoun().values()].flat())]

describe('causes', () => {
  it('are taken from every state table that there is', async () => {
    const modules = await Promise.all(tableFiles.map((file) => import(`../../${file}`)))
    const tables = modules.flatMap((exported) => Object.values(exported)).filter(isTable)
    expect(tables.length).toBeGreaterThan(7)
    expect(tables.filter((table) => !stateTables.includes(table as never))).toEqual([])
  })

  it('are upper-case words, each code with its place in the graph’s description', () => {
    const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
    const { description } = (schema.getType('HistoryEntry') as GraphQLObjectType).getFields().cause!
    const lines = [...(description as string).matchAll(/^- (\w+): (.+)\.$/gm)]
    const described = new Map(lines.map(([, noun, codes]) => [noun as string, (codes as string).split(', ')]))
    expect(described).toEqual(causesByNoun())
    expect(listed.filter((one) => !/^[A-Z]+(_[A-Z]+)*$/.test(one))).toEqual([])
  })

  it.each(listed)('%s is written by something', (cause) => {
    expect(writers.filter(([, text]) => text.includes(`'${cause}'`)).map(([file]) => file)).not.toEqual([])
  })

  it('are written as they are listed, never put together', () => {
    const written = writers.flatMap(([file, text]) =>
      [...text.matchAll(/\bcause: ('\w+'|`)/g)].map(([, one]) => [file, one]),
    )
    expect(written.length).toBeGreaterThan(30)
    expect(written.filter(([, one]) => !listed.includes((one as string).replaceAll("'", '')))).toEqual([])
  })
})

const isTable = (value: unknown): boolean => typeof value === 'object' && value !== null && 'moves' in value
