/** Tests how marked text becomes fragments. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { fragmentsOf, MATCH_BEGINS, MATCH_ENDS } from '../../src/courses/fragments.rules.ts'

const mark = (text: string) => `${MATCH_BEGINS}${text}${MATCH_ENDS}`

it('a text is what matched in it and what is beside that, in order', () => {
  expect(fragmentsOf(`The ${mark('Café')} and ${mark('bar')}`)).toEqual([
    { text: 'The ', matched: false },
    { text: 'Café', matched: true },
    { text: ' and ', matched: false },
    { text: 'bar', matched: true },
  ])
})

it('a text in which nothing matched has no fragments', () => {
  expect(fragmentsOf('Nothing here.')).toEqual([])
})

it('short texts are kept whole', () => {
  const part = fc.string({ unit: fc.constantFrom('a', ' ', '<b>', 'é', '🙂'), maxLength: 12 })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 9 }), (parts) => {
      const marked = parts.map((text, at) => (at % 2 === 1 ? mark(text) : text)).join('')
      const whole = parts.length === 1 ? '' : parts.join('')
      expect(
        fragmentsOf(marked)
          .map(({ text }) => text)
          .join(''),
      ).toBe(whole)
    }),
  )
})

it('of long stretches that did not match only what is beside a match is kept', () => {
  const long = `${'🙂'.repeat(500)}`
  const fragments = fragmentsOf(`${long}${mark('here')}${long}${mark('there')}${long}`)
  expect(fragments.map(({ matched }) => matched)).toEqual([false, true, false, true, false])
  expect(fragments.map(({ text }) => [...text].length)).toEqual([61, 4, 121, 5, 61])
  expect(fragments[0]!.text).toMatch(/^…🙂+$/u)
})

it('no text has more than twenty of them', () => {
  expect(fragmentsOf(`${mark('a')} b `.repeat(500))).toHaveLength(20)
})
