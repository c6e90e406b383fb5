/** Tests that equal looks are joined without answering what was seen before. */
import { describe, expect, it } from '@jest/globals'
import { JoinedLooks } from '../../src/payments/joined-looks.ts'

/** Looks that end when they are told to. */
function setUp() {
  const joined = new JoinedLooks<string>()
  const owner = {}
  const begun: PromiseWithResolvers<string>[] = []
  const look = (key = 'payment') =>
    joined.join(owner, key, () => {
      const one = Promise.withResolvers<string>()
      begun.push(one)
      return one.promise
    })
  return { begun, look }
}

describe('looks at one payment', () => {
  it('are one at a time, and all who come meanwhile share the next', async () => {
    const { begun, look } = setUp()
    const first = look()
    const later = [look(), look(), look()]
    expect(begun).toHaveLength(1)
    begun[0]?.resolve('open')
    expect(await first).toBe('open')
    await new Promise(setImmediate)
    expect(begun).toHaveLength(2)
    begun[1]?.resolve('paid')
    expect(await Promise.all(later)).toEqual(['paid', 'paid', 'paid'])
  })

  it('go on after one that failed, and begin anew when nobody waits', async () => {
    const { begun, look } = setUp()
    const first = look()
    const second = look()
    begun[0]?.reject(new Error('silent'))
    await expect(first).rejects.toThrow('silent')
    await new Promise(setImmediate)
    begun[1]?.resolve('open')
    expect(await second).toBe('open')
    await new Promise(setImmediate)
    void look()
    expect(begun).toHaveLength(3)
  })

  it('wait for no other payment', () => {
    const { begun, look } = setUp()
    void look('one')
    void look('other')
    expect(begun).toHaveLength(2)
  })
})
