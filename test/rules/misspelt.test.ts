/** Tests which words may be others, misspelt. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mayBeMisspelt } from '../../src/courses/misspelt.rules.ts'

describe('a word', () => {
  it.each([
    ['coching', 'coaching'],
    ['coachhing', 'coaching'],
    ['koaching', 'coaching'],
    ['caoching', 'coaching'],
    ['coachign', 'coaching'],
    ['caoch', 'coach'],
  ])('of five letters or more may have one wrong: %s for %s', (asked, word) => {
    expect(mayBeMisspelt(asked, word)).toBe(true)
  })

  it.each([
    ['leadrshp', 'leadership'],
    ['laedershpi', 'leadership'],
    ['organizaton', 'organisation'],
  ])('of eight letters or more may have two wrong: %s for %s', (asked, word) => {
    expect(mayBeMisspelt(asked, word)).toBe(true)
  })

  it.each([
    ['lave', 'life'],
    ['lief', 'life'],
    ['cat', 'cart'],
    ['cooking', 'coaching'],
    ['laedershpe', 'leadership'],
    ['coach', 'couches'],
  ])('is no other one when it is short, or too much of it is wrong: %s is not %s', (asked, word) => {
    expect(mayBeMisspelt(asked, word)).toBe(false)
  })

  it('is as far from another as that is from it, where both are long', () => {
    const long = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 8, maxLength: 12 })
    fc.assert(fc.property(long, long, (one, other) => mayBeMisspelt(one, other) === mayBeMisspelt(other, one)))
  })
})
