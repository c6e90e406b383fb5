/** Wraps PayPal's SDK with deadlines, isolated tokens and tolerance of broken answers. */
import paypal, { type PayPalAnswer, type PayPalRequest } from '@paypal/checkout-server-sdk'
import { Upstream } from '../../values/upstream-failure.ts'
import { MOST_REPLY_BYTES, malformed, tooLargeReply } from '../upstream-reply.ts'
import { boundedAgent } from './bounded-agent.ts'
import { payPalFailure, tokenFailure } from './paypal-failure.ts'

const { core } = paypal

export interface PayPalClientOptions {
  clientId: string
  clientSecret: string
  /** Of the API, e.g. https://api-m.paypal.com; the SDK's own environments carry old hosts. */
  baseUrl: string
  /** Of the pages a buyer sees, e.g. https://www.paypal.com */
  webUrl: string
  timeoutMs: number
}

/** Tells everybody who waits for a token the same as the one who fetched it: their calls were never sent. */
class TokenCache extends core.TokenCache {
  override notify(error?: unknown): void {
    super.notify(error && tokenFailure(error))
  }
}

export class PayPalClient extends core.PayPalHttpClient {
  private readonly timeoutMs: number

  constructor({ clientId, clientSecret, baseUrl, webUrl, timeoutMs }: PayPalClientOptions) {
    super(new core.PayPalEnvironment(clientId, clientSecret, baseUrl, webUrl))
    this.timeoutMs = timeoutMs
    // The SDK's cache is one for the process and client id, whatever the host and the secret are.
    this._cache = new TokenCache()
    const agent = boundedAgent(baseUrl, MOST_REPLY_BYTES, () => tooLargeReply(Upstream.PayPal))
    this.addInjector((request) => {
      request.agent = agent
      // The SDK unzips where no promise catches it: an answer that was cut short would end the process.
      request.headers['Accept-Encoding'] = 'identity'
    })
  }

  /** Throws UpstreamFailure, or what the network threw. */
  async send(request: PayPalRequest): Promise<unknown> {
    const { statusCode, result, unreadable } = await this.execute(request).catch((error: unknown) => {
      throw payPalFailure(error)
    })
    if (unreadable !== undefined) throw malformed(Upstream.PayPal, `${statusCode} with ${unreadable}`)
    return result
  }

  override getTimeout(): number {
    return this.timeoutMs
  }

  /** An answer that is zipped all the same is then no JSON, which is survived. */
  override formatHeaders(headers: Record<string, string>): Record<string, string> {
    const { 'content-encoding': _, ...others } = super.formatHeaders(headers)
    return others
  }

  override fetchAccessToken(): Promise<unknown> {
    return super.fetchAccessToken().catch((error: unknown) => {
      throw tokenFailure(error)
    })
  }

  /** Called from an event of the socket's, where nothing may be thrown: what cannot be read is handed over as such. */
  protected override _parseResponse(
    body: string,
    { statusCode, headers }: { statusCode: number; headers: Record<string, string> },
  ): PayPalAnswer {
    if (body === '') return { statusCode, headers }
    try {
      return { statusCode, headers, result: JSON.parse(body) as unknown }
    } catch (error) {
      return { statusCode, headers, unreadable: (error as Error).message }
    }
  }
}
