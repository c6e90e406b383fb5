/** Tests many random lives, as many as LIVES says. */
import { testLives } from '../support/money/money-lives.ts'

testLives({ runs: Number(process.env.LIVES ?? 30), deeds: 40, withinMs: 3_600_000 })
