/** Tests that random clients, buyers, banks and faults lose nothing. */
import { testLives } from '../support/money/money-lives.ts'

testLives({ runs: 6, deeds: 25, withinMs: 120_000 })
