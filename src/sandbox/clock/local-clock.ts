/** Keeps the local world's clock: real time plus what it was moved. */
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What clock.json holds. */
export interface ClockReading {
  aheadSeconds: number
}

export interface LocalClockOptions {
  /** Kept there across restarts; without it the clock begins at real time. */
  file?: string
  /** Settles when whoever else goes by this clock has taken it over; rejects when they do not. */
  takenOver?: (aheadSeconds: number) => Promise<void>
}

/** The clock of gateway, partner, Stripe and PayPal. It never goes back. */
export class LocalClock {
  private readonly options: LocalClockOptions
  private readonly listeners: (() => void)[] = []
  private ahead: number
  /** One move after the other. */
  private moving: Promise<void> = Promise.resolve()

  constructor(options: LocalClockOptions = {}) {
    this.options = options
    this.ahead = options.file === undefined ? 0 : keptIn(options.file)
  }

  readonly now = (): Date => new Date(Date.now() + this.ahead * 1000)

  get aheadSeconds(): number {
    return this.ahead
  }

  /** Hears of each move, to do at once what is due by then. */
  onMoved(listener: () => void): void {
    this.listeners.push(listener)
  }

  /** Settles when sandboxes and gateway have taken it over. `reach` says how far it is to be ahead, or throws. */
  move(reach: () => number): Promise<void> {
    const moved = this.moving.then(async () => {
      this.ahead = reach()
      if (this.options.file !== undefined) await keep(this.options.file, { aheadSeconds: this.ahead })
      for (const listener of this.listeners) listener()
      await this.options.takenOver?.(this.ahead)
    })
    this.moving = moved.catch(() => undefined)
    return moved
  }
}

function keptIn(file: string): number {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw problem
  }
  const { aheadSeconds } = JSON.parse(text) as ClockReading
  if (!Number.isSafeInteger(aheadSeconds) || aheadSeconds < 0)
    throw new Error(`${file} does not say how far the clock is ahead; delete it to begin at real time`)
  return aheadSeconds
}

/** Whole at any moment: the gateway reads it whenever it likes. */
async function keep(file: string, reading: ClockReading): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, `${JSON.stringify(reading)}\n`)
  await rename(`${file}.new`, file)
}
