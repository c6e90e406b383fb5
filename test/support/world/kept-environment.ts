/** Lets a test file's sandbox reach what its worker keeps loaded. */
import 'reflect-metadata'
import { findSourceMap } from 'node:module'
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

  /** By now jest has said how stacks are written; it knows the lines of what it compiled itself. */
  override async setup(): Promise<void> {
    await super.setup()
    if (Error.prepareStackTrace === prepareStackTrace) return
    jests = Error.prepareStackTrace
    Error.prepareStackTrace = prepareStackTrace
  }
}

process.setSourceMapsEnabled(true)
let jests = Error.prepareStackTrace

function prepareStackTrace(error: Error, frames: NodeJS.CallSite[]): unknown {
  frames.forEach(toSource)
  return jests?.(error, frames)
}

/** Has a frame of what node compiled name the line of its source. */
function toSource(frame: NodeJS.CallSite): void {
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()]
  if (!file || line === null || column === null) return
  const found = findSourceMap(file)?.findOrigin(line, column)
  if (!found || !('lineNumber' in found)) return
  Object.defineProperties(frame, {
    getLineNumber: { value: () => found.lineNumber },
    getColumnNumber: { value: () => found.columnNumber },
  })
}
