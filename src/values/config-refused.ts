/** Declares the error of a setting whose reader can mend it. */

/** The environment, or what it names, does not fit; the message says of each variable what to do. */
export class ConfigRefused extends Error {
  override readonly name: string = 'ConfigRefused'
}
