/** Tests that the client kit says all that the schema has. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { buildSchema, getNamedType, isObjectType, parse, validate } from 'graphql'
import { clientKit } from '../../src/client-kit/client-kit.ts'

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
const pages = ['README.md', ...globSync('src/**/README.md')].map((file) => readFileSync(file, 'utf8'))
const kit = clientKit(schema, pages)
const text = (file: string) => kit.get(file) ?? ''
const objects = Object.values(schema.getTypeMap()).filter(isObjectType)

it('each interface and union has all of its types', () => {
  expect(text('possible-types.ts')).toMatch(/"Node": \[\n[^\]]*"Course"/)
  expect(text('possible-types.ts')).toMatch(/"UserError": \[\n[^\]]*"RunFull"/)
})

it('each list in pages joins, by all of its arguments but those of the page', () => {
  const paged = objects.flatMap((type) =>
    Object.values(type.getFields()).filter(({ type: of }) => getNamedType(of).name.endsWith('Connection')),
  )
  expect(paged.length).toBeGreaterThan(10)
  for (const { name } of paged) expect(text('apollo.ts')).toContain(`      ${name}: connectionPolicy([`)
  expect(text('apollo.ts')).toMatch(/ courses: connectionPolicy\(\[.*"search".*\]\)/)
  expect(text('apollo.ts')).not.toMatch(/connectionPolicy\(\[[^\]]*"(first|last|after|before)"/)
})

it('each value without an id merges where it stands, and has no key', () => {
  for (const name of ['Money', 'Credit', 'Freshness']) {
    expect(text('apollo.ts')).toContain(`  ${name}: { merge: true }`)
    expect(text('graphcache.ts')).toContain(`"${name}"`)
  }
  expect(text('graphcache.ts')).not.toMatch(/ {2}"Course",?\n/)
})

it('each mutation has its refusals', () => {
  for (const name of Object.keys(schema.getMutationType()?.getFields() ?? {}))
    expect(text('refusals.ts')).toMatch(new RegExp(`"${name}": \\[\\n`))
})

it('its documents are those of the README files, and hold', () => {
  const documents = [...kit].filter(([file]) => file.startsWith('documents/'))
  expect(documents.map(([file]) => file)).toEqual(
    expect.arrayContaining(['documents/Courses.graphql', 'documents/Enrol.graphql']),
  )
  for (const [file, document] of documents) expect([file, validate(schema, parse(document))]).toEqual([file, []])
})
