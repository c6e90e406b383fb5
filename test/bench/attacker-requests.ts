/** Sends an attacker's requests and counts how each was answered. */
import { Agent, request as httpRequest } from 'node:http'

/** An answer's beginning, in which a refusal names its code. */
const LOOKED_AT_CHARACTERS = 2_000
/** Lest an attacker whom nobody answers does nothing but try. */
const PAUSE_AFTER_CUT_MS = 10

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export class AttackerRequests {
  /** How often each was the answer: a status with its refusal's code, a cut with its reason, or none until the end. */
  readonly answered: Record<string, number> = {}
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  private readonly url: URL
  private readonly endsAt: number

  constructor(url: string, seconds: number) {
    this.url = new URL(url)
    this.endsAt = performance.now() + seconds * 1000
  }

  get goesOn(): boolean {
    return performance.now() < this.endsAt
  }

  get leftMs(): number {
    return Math.max(0, this.endsAt - performance.now())
  }

  count(what: string): void {
    this.answered[what] = (this.answered[what] ?? 0) + 1
  }

  /** Resolves when it is answered, cut off, or the attack is over. */
  async send(body: string, authorization?: string): Promise<void> {
    const outcome = await Promise.race([this.outcomeOf(body, authorization), this.over()])
    this.count(outcome)
    if (outcome.startsWith('cut')) await pause(PAUSE_AFTER_CUT_MS)
  }

  private async over(): Promise<string> {
    await pause(this.leftMs)
    return 'unanswered'
  }

  private outcomeOf(body: string, authorization?: string): Promise<string> {
    const { agent } = this
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(authorization && { authorization }),
    }
    return new Promise((resolve) => {
      const sent = httpRequest(new URL('/graphql', this.url), { method: 'POST', agent, headers }, (response) => {
        let start = ''
        response.setEncoding('utf8')
        response.on('data', (piece: string) => {
          if (start.length < LOOKED_AT_CHARACTERS) start += piece
        })
        response.on('end', () => resolve(`${response.statusCode}${codeIn(start)}`))
        response.on('error', (error) => resolve(cutBy(error)))
      })
      sent.on('error', (error) => resolve(cutBy(error)))
      sent.end(body)
    })
  }

  /** So many connections that each ask again as soon as they are answered. */
  async keepSending(connections: number, body: (n: number) => string, authorization?: string): Promise<void> {
    await Promise.all(
      Array.from({ length: connections }, async (_, at) => {
        for (let n = at; this.goesOn; n += connections) await this.send(body(n), authorization)
      }),
    )
  }
}

const cutBy = (error: NodeJS.ErrnoException) => `cut ${error.code ?? error.message}`

function codeIn(text: string): string {
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1]
  return code === undefined ? '' : ` ${code}`
}
