/** A gateway that is killed with -9 at every moment of a way that is paid by card: nothing is lost. */
import { killings } from '../support/chaos-kills.ts'
import { testKillings } from '../support/chaos-matrix.ts'

testKillings(killings('CARD'))
