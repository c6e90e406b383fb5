/** A gateway that is killed with -9 at every moment of a way that is paid by PayPal: nothing is lost. */
import { killings } from '../support/money/chaos-kills.ts'
import { testKillings } from '../support/money/chaos-matrix.ts'

testKillings(killings('PAYPAL'))
