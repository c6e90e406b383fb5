/** Stores the identity sandbox's sessions and grants in memory, until the process ends. */
import type { Adapter, AdapterPayload } from 'oidc-provider'

/** Answers the class that the provider stores through; what it stores belongs to this call alone. */
export function sessionMemory(now: () => Date): new (model: string) => Adapter {
  const kept = new Map<string, { payload: AdapterPayload; endsAtMs: number }>()

  return class implements Adapter {
    private readonly model: string

    constructor(model: string) {
      this.model = model
    }

    async upsert(id: string, payload: AdapterPayload, expiresInSeconds = Number.POSITIVE_INFINITY): Promise<void> {
      for (const [key, { endsAtMs }] of kept) if (endsAtMs <= now().getTime()) kept.delete(key)
      kept.set(this.key(id), { payload, endsAtMs: now().getTime() + expiresInSeconds * 1000 })
    }

    async find(id: string): Promise<AdapterPayload | undefined> {
      const found = kept.get(this.key(id))
      return found && found.endsAtMs > now().getTime() ? found.payload : undefined
    }

    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return this.findWhere((payload) => payload.uid === uid)
    }

    async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
      return this.findWhere((payload) => payload.userCode === userCode)
    }

    async consume(id: string): Promise<void> {
      const found = await this.find(id)
      if (found) found.consumed = Math.floor(now().getTime() / 1000)
    }

    async destroy(id: string): Promise<void> {
      kept.delete(this.key(id))
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      // Of this kind alone: whoever signs in as another ends one grant, in the middle of the interaction for the next.
      const ofKind = [...kept].filter(([key]) => key.startsWith(`${this.model}:`))
      for (const [key, { payload }] of ofKind) if (payload.grantId === grantId) kept.delete(key)
    }

    private findWhere(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
      for (const [key, { payload }] of kept) if (key.startsWith(`${this.model}:`) && matches(payload)) return payload
      return undefined
    }

    private key(id: string): string {
      return `${this.model}:${id}`
    }
  }
}
