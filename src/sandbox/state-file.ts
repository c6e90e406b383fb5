/** Keeps a sandbox's state in one JSON file, so that the local world survives a restart. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A sandbox's state (one plain object that JSON can hold) and, where a path is given, the file behind it.
 * Changes are made to `state` in place, then announced with `changed()`.
 */
export class StateFile<State extends object> {
  readonly state: State
  private readonly path: string | undefined
  private dirty = false
  private writing: Promise<void> | undefined

  private constructor(path: string | undefined, state: State) {
    this.path = path
    this.state = state
  }

  /**
   * Loads the state from `path`, or starts with `empty()` where there is no path or no such file yet.
   * Keys that an older file does not have are filled from `empty()`. Throws where the file is not JSON, naming it.
   */
  static async open<State extends object>(path: string | undefined, empty: () => State): Promise<StateFile<State>> {
    if (path === undefined) return new StateFile(path, empty())
    await mkdir(dirname(path), { recursive: true })
    const text = await readFile(path, 'utf8').catch((problem: NodeJS.ErrnoException) => {
      if (problem.code === 'ENOENT') return undefined
      throw problem
    })
    if (text === undefined) return new StateFile(path, empty())
    try {
      return new StateFile(path, { ...empty(), ...(JSON.parse(text) as State) })
    } catch (cause) {
      throw new Error(`${path} is not JSON; delete it to start with an empty sandbox`, { cause })
    }
  }

  /** Says that `state` differs from the file; it is written soon, or at the next `saved()`. */
  changed(): void {
    if (this.path === undefined) return
    this.dirty = true
    setImmediate(() => {
      this.saved().catch((problem: unknown) => console.error(`the state of the sandbox was not saved: ${problem}`))
    })
  }

  /** Settles once every change announced so far is in the file. Changes that meet share one write. */
  async saved(): Promise<void> {
    while (this.dirty || this.writing) {
      this.writing ??= this.write()
      await this.writing
    }
  }

  private async write(): Promise<void> {
    const path = this.path as string
    this.dirty = false
    const whole = JSON.stringify(this.state)
    try {
      await writeFile(`${path}.new`, whole)
      await rename(`${path}.new`, path)
    } finally {
      this.writing = undefined
    }
  }
}
