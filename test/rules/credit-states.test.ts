/** Tests the state tables of credit records and applications. */
import { describe, expect, it } from '@jest/globals'
import { creditRecordStates, creditRestorations } from '../../src/credit/credit-record.states.ts'
import { CreditRecordStatus } from '../../src/credit/credit-record.ts'
import { checkMove, IllegalMove, movesFrom } from '../../src/store/states.ts'
import { transferApplicationStates } from '../../src/transfers/applications/transfer-application.states.ts'
import { TransferApplicationStatus } from '../../src/transfers/applications/transfer-application.ts'

describe('the states of a credit record', () => {
  it('comes back from SUSPENDED, never by the ordinary table from REVOKED', () => {
    expect(() => checkMove(creditRecordStates, 'SUSPENDED', 'AWARDED')).not.toThrow()
    for (const to of Object.values(CreditRecordStatus)) {
      expect(() => checkMove(creditRecordStates, 'REVOKED', to)).toThrow(IllegalMove)
    }
  })

  it('is given back after a bounced refund by a table of its own, which takes nothing away', () => {
    const moves = Object.entries(creditRestorations.moves).flatMap(([from, edges]) =>
      Object.keys(edges).map((to) => [from, to]),
    )
    expect(moves).toEqual([
      ['REVOKED', 'AWARDED'],
      ['REVOKED', 'SUSPENDED'],
    ])
  })
})

describe('the states of an application', () => {
  it('is answered or withdrawn once, and stays so', () => {
    const ends = Object.values(TransferApplicationStatus).filter((status) => status !== 'SUBMITTED')
    expect(movesFrom(transferApplicationStates, 'SUBMITTED').sort()).toEqual([...ends].sort())
    for (const end of ends) {
      for (const to of Object.values(TransferApplicationStatus)) {
        expect(() => checkMove(transferApplicationStates, end, to)).toThrow(IllegalMove)
      }
    }
  })
})
