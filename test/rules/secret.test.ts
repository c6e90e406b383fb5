/** Tests that secrets are judged by how they can have been made. */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { bitsOf } from '../../src/values/secret.ts'

const NEEDED_BITS = 64

describe('a secret is worth little', () => {
  it.each([
    '',
    'x',
    'hunter2',
    'postgres',
    'x'.repeat(200),
    'abc'.repeat(50),
    'hunter2'.repeat(20),
    '12345678901234567890',
    'abcdefghijklmnopqrstuvwxyz',
    'zyxwvutsrqponmlkjihgfedcba',
    'correct-horse-battery-staple',
    'correcthorsebatterystaple',
    'Summer2026',
    'Password1234',
    'AAAAAAAABBBBBBBBCCCCCCCC',
    '2026-11-28',
    'changeme_changeme_changeme',
  ])('%s', (secret) => {
    expect(bitsOf(secret)).toBeLessThan(NEEDED_BITS)
  })
})

describe('a secret is worth enough', () => {
  it.each([
    ['six words of a generator', 'cinnamon orbit lantern gravel whisker tundra'],
    ['a passphrase with digits', 'lantern7-Gravel42-whisker-orbit-tundra'],
  ])('%s', (_what, secret) => {
    expect(bitsOf(secret)).toBeGreaterThanOrEqual(NEEDED_BITS)
  })

  it.each(['hex', 'base64', 'base64url'] as const)('that a machine made, as %s', (encoding) => {
    for (let n = 0; n < 2000; n++) {
      const secret = randomBytes(24).toString(encoding)
      expect({ secret, enough: bitsOf(secret) >= NEEDED_BITS }).toEqual({ secret, enough: true })
    }
  })
})
