/** Random lives, the same few with every test run: clients, buyers, banks, faults and time in any order, and nothing is lost. */
import { testLives } from '../support/money/money-lives.ts'

testLives({ runs: 6, deeds: 25, withinMs: 120_000 })
