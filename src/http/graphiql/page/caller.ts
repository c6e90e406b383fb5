/** Keeps the page's caller: anonymous, or a persona of the local world. */

export interface Persona {
  name: string
  roles: string[]
  institution?: string
}

/** Tokens are renewed this long before they end, in ms. */
const RENEWED_BEFORE_MS = 60_000

/** The sandbox's personas; throws when it does not answer. */
export async function fetchPersonas(issuer: string): Promise<Persona[]> {
  const answer = await fetch(`${issuer}/_sandbox/personas`)
  if (!answer.ok) throw new Error(`The identity sandbox answered ${answer.status}.`)
  return ((await answer.json()) as { personas: Persona[] }).personas
}

export class Caller {
  private readonly issuer: string
  private token: { text: string; endsMs: number } | null = null
  /** Null for nobody in particular. */
  private persona: string | null = null

  constructor(issuer: string) {
    this.issuer = issuer
  }

  become(persona: string | null): void {
    if (persona !== this.persona) this.token = null
    this.persona = persona
  }

  /** The Authorization header of the persona; null for nobody. */
  async authorization(): Promise<string | null> {
    const { persona } = this
    if (persona === null) return null
    if (this.token === null || this.token.endsMs - RENEWED_BEFORE_MS < Date.now()) {
      const token = await this.fetchToken(persona)
      // Somebody else was chosen meanwhile.
      if (persona !== this.persona) return this.authorization()
      this.token = token
    }
    return `Bearer ${this.token.text}`
  }

  private async fetchToken(persona: string) {
    const answer = await fetch(`${this.issuer}/_sandbox/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    })
    const body = (await answer.json()) as { access_token: string; expires_in: number; error?: string }
    if (!answer.ok) throw new Error(body.error ?? `The identity sandbox answered ${answer.status}.`)
    return { text: body.access_token, endsMs: Date.now() + body.expires_in * 1000 }
  }
}
