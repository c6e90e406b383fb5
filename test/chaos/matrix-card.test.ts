/** The whole crash matrix by card: every call of every step fails in every manner, and nothing is lost. */
import { testMatrix } from '../support/chaos-matrix.ts'

testMatrix('CARD')
