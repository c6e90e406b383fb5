/** Declares the types used of PayPal's SDK, which ships none. */
declare module '@paypal/checkout-server-sdk' {
  import type { Agent } from 'node:http'

  namespace core {
    class PayPalEnvironment {
      constructor(clientId: string, clientSecret: string, baseUrl: string, webUrl: string)
    }

    class TokenCache {
      notify(error?: unknown): void
    }

    class PayPalHttpClient {
      protected _cache: TokenCache
      constructor(environment: PayPalEnvironment)
      addInjector(injector: (request: PayPalRequest) => void): void
      /** Milliseconds. */
      getTimeout(): number
      formatHeaders(headers: Record<string, string>): Record<string, string>
      fetchAccessToken(): Promise<unknown>
      execute(request: PayPalRequest): Promise<PayPalAnswer>
      protected _parseResponse(
        body: string,
        response: { statusCode: number; headers: Record<string, string> },
        headers: Record<string, string>,
      ): PayPalAnswer
    }
  }

  namespace orders {
    class OrdersCreateRequest extends PayPalRequest {}
    class OrdersGetRequest extends PayPalRequest {
      constructor(orderId: string)
    }
    class OrdersCaptureRequest extends PayPalRequest {
      constructor(orderId: string)
    }
  }

  namespace payments {
    class CapturesGetRequest extends PayPalRequest {
      constructor(captureId: string)
    }
    class CapturesRefundRequest extends PayPalRequest {
      constructor(captureId: string)
    }
    class RefundsGetRequest extends PayPalRequest {
      constructor(refundId: string)
    }
  }

  class PayPalRequest {
    path: string
    verb: 'GET' | 'POST'
    headers: Record<string, string>
    body: object | null
    /** Handed to Node with everything else that stands in the request. */
    agent?: Agent
  }

  interface PayPalAnswer {
    statusCode: number
    headers: Record<string, string>
    result?: unknown
    /** Of our own subclass: why the body cannot be read. */
    unreadable?: string
  }

  const sdk: { core: typeof core; orders: typeof orders; payments: typeof payments }

  export { core, orders, type PayPalAnswer, type PayPalRequest, payments }
  export default sdk
}
