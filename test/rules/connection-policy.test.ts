/** Tests that pages of a list join in a front end's cache. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { connectionPolicy } from '../../src/client-kit/connection-policy.ts'

type Kept = NonNullable<Parameters<ReturnType<typeof connectionPolicy>['merge']>[0]>

const { merge, read, keyArgs } = connectionPolicy(['search'])
const cursorOf = (entry: number) => `cursor ${entry}`

/** A page of a list of so many entries, by nodes or edges or both. */
function page(length: number, from: number, size: number, shape: 'nodes' | 'edges' | 'both'): Kept {
  const entries = Array.from({ length: Math.min(size, length - from) }, (_, n) => from + n)
  return {
    ...(shape !== 'edges' && { nodes: entries }),
    ...(shape !== 'nodes' && { edges: entries.map((node) => ({ node, cursor: cursorOf(node) })) }),
    pageInfo: {
      startCursor: entries.length ? cursorOf(entries[0] as number) : null,
      endCursor: entries.length ? cursorOf(entries.at(-1) as number) : null,
      hasNextPage: from + entries.length < length,
      hasPreviousPage: from > 0,
    },
    totalCount: length,
  }
}

const nodesOf = (kept: Kept | undefined) => kept?.nodes ?? kept?.edges?.map((edge) => (edge as { node: number }).node)
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

const walks = fc.record({
  length: fc.integer({ min: 1, max: 40 }),
  shape: fc.constantFrom('nodes' as const, 'edges' as const, 'both' as const),
  sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 12 }),
  again: fc.nat(11),
})

it('pages that follow each other are the list so far, and one that is asked again takes its old place', () => {
  fc.assert(
    fc.property(walks, ({ length, shape, sizes, again }) => {
      let kept: Kept | undefined
      let at = 0
      const asked: { from: number; size: number; after: string | null }[] = []
      for (const size of sizes) {
        if (at >= length) break
        const after = at === 0 ? null : cursorOf(at - 1)
        asked.push({ from: at, size, after })
        kept = merge(kept, page(length, at, size, shape), { args: { after } })
        at = Math.min(length, at + size)
        expect(nodesOf(read(kept))).toEqual(range(0, at))
        expect(read(kept)?.pageInfo).toEqual(page(length, 0, at, shape).pageInfo)
      }
      const old = asked[again % asked.length] as (typeof asked)[number]
      const repeated = read(merge(kept, page(length, old.from, old.size, shape), { args: { after: old.after } }))
      expect(nodesOf(repeated)).toEqual(range(0, Math.min(length, old.from + old.size)))
    }),
  )
})

it('pages that come before each other are the end of the list', () => {
  fc.assert(
    fc.property(walks, ({ length, shape, sizes }) => {
      let kept: Kept | undefined
      let from = length
      for (const size of sizes) {
        if (from <= 0) break
        const before = from === length ? null : cursorOf(from)
        const start = Math.max(0, from - size)
        kept = merge(kept, page(length, start, from - start, shape), { args: { before } })
        from = start
        expect(nodesOf(read(kept))).toEqual(range(from, length))
        expect(read(kept)?.pageInfo).toEqual(page(length, from, length - from, shape).pageInfo)
      }
    }),
  )
})

it('a page without a cursor begins anew, and what only the cache needs is not read', () => {
  const kept = merge(merge(undefined, page(9, 0, 3, 'nodes'), { args: {} }), page(9, 3, 3, 'nodes'), {
    args: { after: cursorOf(2) },
  })
  expect(read(kept)).toEqual({ ...page(9, 0, 6, 'nodes') })
  expect(read(merge(kept, page(9, 0, 2, 'nodes'), { args: null }))).toEqual(page(9, 0, 2, 'nodes'))
  expect(read(undefined)).toBeUndefined()
  expect(keyArgs).toEqual(['search'])
})
