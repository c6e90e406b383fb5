/** Tests that a gateway killed at any moment of a card payment loses nothing. */
import { killings } from '../support/money/chaos-kills.ts'
import { testKillings } from '../support/money/chaos-matrix.ts'

testKillings(killings('CARD'))
