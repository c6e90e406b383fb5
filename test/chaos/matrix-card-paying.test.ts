/** The crash matrix by card, as far as money comes: every call of every step fails in every manner, and nothing is lost. */
import { cells, isPaying } from '../support/money/chaos.ts'
import { testMatrix } from '../support/money/chaos-matrix.ts'

testMatrix(cells('CARD').filter(isPaying))
