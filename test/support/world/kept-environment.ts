/** Lets a test file's sandbox reach what its worker keeps loaded. */
import { TestEnvironment } from 'jest-environment-node'
import { keptModule } from './kept-modules.ts'

/** One class on both sides: `instanceof` holds for what the other side made. */
const shared = {
  AggregateError,
  Date,
  Error,
  Map,
  Promise,
  RangeError,
  ReferenceError,
  Set,
  SyntaxError,
  TypeError,
  URIError,
}

export default class KeptEnvironment extends TestEnvironment {
  constructor(...parts: ConstructorParameters<typeof TestEnvironment>) {
    super(...parts)
    const own = this.global as unknown as typeof shared
    for (const name of Object.keys(shared) as (keyof typeof shared)[]) {
      // The engine goes on making the sandbox's own: the error of JSON.parse, the promise of an async function.
      Object.setPrototypeOf(own[name].prototype, shared[name].prototype)
    }
    Object.assign(own, shared)
    // As a getter, jest does not empty it when the sandbox ends.
    Object.defineProperty(own, 'keptModule', { get: () => keptModule })
  }
}
