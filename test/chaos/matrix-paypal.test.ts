/** The whole crash matrix by PayPal: every call of every step fails in every manner, and nothing is lost. */
import { testMatrix } from '../support/chaos-matrix.ts'

testMatrix('PAYPAL')
