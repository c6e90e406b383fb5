/** Calculates with exact decimals and rationals, never with floats. */

/** A rational in lowest terms with a positive denominator. */
export interface Exact {
  readonly numerator: bigint
  readonly denominator: bigint
}

const plainDecimal = /^-?\d+(\.\d+)?$/
const shortestDecimal = /^(?:-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9]|0)$/
/** Far beyond any amount or grade, and short enough that a hostile text costs nothing to read. */
const LONGEST_TEXT_CHARACTERS = 40
const PRINTED_DECIMALS = 4

/** Whether the text is a plain decimal number ("7.5", "-3"): digits, no exponent, no spaces, at most 40 characters. */
export function isDecimal(text: string): boolean {
  return text.length <= LONGEST_TEXT_CHARACTERS && plainDecimal.test(text)
}

/** The exact value of a decimal text. Throws a RangeError that says what was expected. */
export function exact(text: string): Exact {
  if (!isDecimal(text)) throw new RangeError(`Expected a decimal number such as "7.5", got ${JSON.stringify(text)}.`)
  const point = text.indexOf('.')
  if (point < 0) return { numerator: BigInt(text), denominator: 1n }
  const digits = text.slice(0, point) + text.slice(point + 1)
  return ratio(BigInt(digits), 10n ** BigInt(text.length - point - 1))
}

/** `numerator / denominator` in lowest terms. Throws a RangeError when the denominator is zero. */
export function ratio(numerator: bigint, denominator: bigint): Exact {
  if (denominator === 0n) throw new RangeError('The denominator of a ratio cannot be zero.')
  const sign = denominator < 0n ? -1n : 1n
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator * sign)
  return { numerator: (numerator * sign) / divisor, denominator: (denominator * sign) / divisor }
}

export function multiply(left: Exact, right: Exact): Exact {
  return ratio(left.numerator * right.numerator, left.denominator * right.denominator)
}

/** Throws a RangeError when the divisor is zero. */
export function divide(dividend: Exact, divisor: Exact): Exact {
  return ratio(dividend.numerator * divisor.denominator, dividend.denominator * divisor.numerator)
}

/** Negative, zero or positive, as left is less than, equal to or greater than right. */
export function compare(left: Exact, right: Exact): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Compares two decimal texts exactly ("7.50" equals "7.5"). Throws a RangeError when either is not a decimal. */
export function compareDecimals(left: string, right: string): number {
  // Reading a decimal as a double never reverses an order, so doubles that differ settle it, much faster.
  const [nearLeft, nearRight] = [Number(left), Number(right)]
  if (isDecimal(left) && isDecimal(right) && nearLeft !== nearRight) return nearLeft < nearRight ? -1 : 1
  return compare(exact(left), exact(right))
}

/**
 * The value as a plain decimal without trailing zeros. What terminates is printed in full;
 * what does not is rounded half-even to 4 decimals (a third is never a tie, a sum of thirds may be printed twice).
 */
export function print(value: Exact): string {
  const places = terminatingPlaces(value.denominator)
  return places === null
    ? printRounded(value)
    : printScaled((value.numerator * 10n ** places) / value.denominator, places)
}

/** The same number in its shortest form: "07.50" becomes "7.5". Throws a RangeError when it is not a decimal. */
export function canonicalDecimal(text: string): string {
  return shortestDecimal.test(text) && text.length <= LONGEST_TEXT_CHARACTERS ? text : print(exact(text))
}

function printRounded({ numerator, denominator }: Exact): string {
  const sign = numerator < 0n ? -1n : 1n
  const scaled = numerator * sign * 10n ** BigInt(PRINTED_DECIMALS)
  const floor = scaled / denominator
  const twiceRest = (scaled % denominator) * 2n
  const up = twiceRest > denominator || (twiceRest === denominator && floor % 2n === 1n)
  return printScaled(sign * (up ? floor + 1n : floor), BigInt(PRINTED_DECIMALS))
}

function printScaled(scaled: bigint, places: bigint): string {
  const negative = scaled < 0n
  const digits = (negative ? -scaled : scaled).toString().padStart(Number(places) + 1, '0')
  const whole = digits.slice(0, digits.length - Number(places))
  const fraction = digits.slice(digits.length - Number(places)).replace(/0+$/, '')
  return (negative ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`)
}

/** Decimals needed to write 1/denominator in full; null when it does not terminate. */
function terminatingPlaces(denominator: bigint): bigint | null {
  let rest = denominator
  let twos = 0n
  let fives = 0n
  for (; rest % 2n === 0n; rest /= 2n) twos += 1n
  for (; rest % 5n === 0n; rest /= 5n) fives += 1n
  if (rest !== 1n) return null
  return twos > fives ? twos : fives
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}
