/** Tests every failure of every call while card payments come in. */
import { cells, isPaying } from '../support/money/chaos.ts'
import { testMatrix } from '../support/money/chaos-matrix.ts'

testMatrix(cells('CARD').filter(isPaying))
