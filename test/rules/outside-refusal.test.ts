/** Tests what an operator has to say of money paid back outside the provider. */
import { describe, expect, it } from '@jest/globals'
import { isWithProvider, outsideRefusal } from '../../src/payments/outside-refusal.rules.ts'
import { RefundStatus } from '../../src/payments/refund.ts'

const days = { capturedOn: '2026-12-01', today: '2027-06-03' }
const said = { method: 'bank transfer', reference: 'BACS 88121', settledOn: '2027-06-03' }

describe('money paid back outside the provider', () => {
  it.each([
    { wrong: {}, field: undefined },
    { wrong: { settledOn: days.capturedOn }, field: undefined },
    { wrong: { method: 'm'.repeat(100), reference: 'r'.repeat(200) }, field: undefined },
    { wrong: { method: null }, field: 'method' },
    { wrong: { method: ' ' }, field: 'method' },
    { wrong: { method: 'm'.repeat(101) }, field: 'method' },
    { wrong: { reference: null }, field: 'reference' },
    { wrong: { reference: '\t' }, field: 'reference' },
    { wrong: { reference: 'r'.repeat(201) }, field: 'reference' },
    { wrong: { settledOn: null }, field: 'settledOn' },
    { wrong: { settledOn: '2027-06-04' }, field: 'settledOn' },
    { wrong: { settledOn: '2026-11-30' }, field: 'settledOn' },
    { wrong: { method: null, reference: null, settledOn: null }, field: 'method' },
  ])('is recorded only when it is said whole: $wrong', ({ wrong, field }) => {
    const refusal = outsideRefusal({ ...said, ...wrong }, days)
    expect(refusal?.__typename).toBe(field && 'InvalidInput')
    expect(refusal?.field).toEqual(field && ['input', field])
  })

  it('waits while a provider may yet pay the same', () => {
    const idle = { waitingFor: null, sendingSince: null }
    const all = Object.values(RefundStatus)
    const withProvider = all.filter((status) => isWithProvider({ ...idle, status } as never))
    expect(withProvider).toEqual(['SUBMITTED', 'PENDING', 'UNKNOWN'])
    const refused = { status: 'SUBMITTED', waitingFor: 'PROVIDER_PERMISSION' }
    expect(isWithProvider({ ...refused, sendingSince: null } as never)).toBe(false)
    expect(isWithProvider({ ...refused, sendingSince: new Date() } as never)).toBe(true)
  })
})
