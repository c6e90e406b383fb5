/** Stores a sandbox's state in a JSON file and a journal across restarts. */
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** One line of the journal: what stands at this path now; without a value, nothing does any more. */
interface Entry {
  path: string[]
  value?: unknown
}

/** A journal that outgrew the file and this is folded into the file: reading it would take longer than it saves. */
const SMALLEST_FULL_JOURNAL_BYTES = 4_000_000

/**
 * A sandbox's state (one plain object that JSON can hold) and, where a path is given, the file behind it.
 * Changes are made to `state` in place, then announced with `changed()`.
 */
export class StateFile<State extends object> {
  readonly state: State
  private readonly file: string | undefined
  /** Ties a journal to its file: one that was left by an older file is never read. */
  private generation: number
  private whole = false
  private readonly paths = new Map<string, string[]>()
  private writing: Promise<void> | undefined
  private fileBytes = 0
  private journalBytes = 0

  private constructor(file: string | undefined, state: State, generation: number) {
    this.file = file
    this.state = state
    this.generation = generation
  }

  /**
   * Loads the state from `file` and its journal, or starts with `empty()` where there is no file or no such file yet.
   * Keys that an older file does not have are filled from `empty()`. Throws where the file is not JSON, naming it.
   */
  static async open<State extends object>(file: string | undefined, empty: () => State): Promise<StateFile<State>> {
    if (file === undefined) return new StateFile(file, empty(), 0)
    await mkdir(dirname(file), { recursive: true })
    const text = await textOf(file)
    if (text === undefined) return StateFile.withWholeFile(new StateFile(file, empty(), 0))
    const { generation = 0, ...state } = parse(file, text) as State & { generation?: number }
    const opened = new StateFile<State>(file, { ...empty(), ...state } as State, generation)
    for (const entry of entriesOf((await textOf(opened.journal)) ?? '')) put(opened.state, entry)
    return StateFile.withWholeFile(opened)
  }

  /**
   * Says that `state` differs from the file: at `path` (a record in a collection: `changed('orders', id)`), or, without
   * a path, anywhere. It is written soon, or at the next `saved()`; a path costs only what is there.
   */
  changed(...path: string[]): void {
    if (this.file === undefined) return
    if (path.length === 0) this.whole = true
    else this.paths.set(path.join('\n'), path)
    setImmediate(() => {
      this.saved().catch((problem: unknown) => console.error(`the state of the sandbox was not saved: ${problem}`))
    })
  }

  /** Settles once every change announced so far is on disk. Changes that meet share one write. */
  async saved(): Promise<void> {
    while (this.whole || this.paths.size > 0 || this.writing) {
      this.writing ??= this.write().finally(() => {
        this.writing = undefined
      })
      await this.writing
    }
  }

  private get journal(): string {
    return `${this.file}.${this.generation}.journal`
  }

  private async write(): Promise<void> {
    const full = this.journalBytes > Math.max(SMALLEST_FULL_JOURNAL_BYTES, this.fileBytes)
    if (this.whole || full) return this.writeWhole()
    const lines = [...this.paths.values()].map(
      (path) => `${JSON.stringify({ path, value: valueAt(this.state, path) })}\n`,
    )
    this.paths.clear()
    const text = lines.join('')
    this.journalBytes += text.length
    await appendFile(this.journal, text)
  }

  /** A crash at any line leaves either the old file with its journal or the new one without. */
  private async writeWhole(): Promise<void> {
    this.whole = false
    this.paths.clear()
    const [file, folded] = [this.file as string, this.journal]
    this.generation += 1
    const text = JSON.stringify({ ...this.state, generation: this.generation })
    await writeFile(`${file}.new`, text)
    await rename(`${file}.new`, file)
    this.fileBytes = text.length
    this.journalBytes = 0
    await rm(folded, { force: true })
  }

  private static async withWholeFile<State extends object>(opened: StateFile<State>): Promise<StateFile<State>> {
    opened.whole = true
    await opened.saved()
    return opened
  }
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((problem: NodeJS.ErrnoException) => {
    if (problem.code === 'ENOENT') return undefined
    throw problem
  })
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${file} is not JSON; delete it to start with an empty sandbox`, { cause })
  }
}

/** The whole lines: the last one may have been cut off by a crash, and was then never promised to anybody. */
function entriesOf(journal: string): Entry[] {
  const lines = journal.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Entry)
}

type Tree = { [key: string]: unknown }

function valueAt(state: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Tree | undefined)?.[key], state)
}

function put(state: object, { path, value }: Entry): void {
  let tree = state as Tree
  for (const key of path.slice(0, -1)) {
    tree[key] ??= {}
    tree = tree[key] as Tree
  }
  const last = path.at(-1) as string
  if (value === undefined) delete tree[last]
  else tree[last] = value
}
