/** Makes unguessable ids that look like PayPal's. */
import { randomBytes } from 'node:crypto'

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** Account ids leave out what is easily misread. */
const accountAlphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** 17 characters: orders, captures and refunds. */
export const newId = (length = 17): string => pick(idAlphabet, length)

/** 13 characters: a buyer's or merchant's account. */
export const newAccountId = (): string => pick(accountAlphabet, 13)

function pick(alphabet: string, length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')
}
