/** The few types of @paypal/checkout-server-sdk that are used: the package has none. */
declare module '@paypal/checkout-server-sdk' {
  class PayPalEnvironment {
    constructor(clientId: string, clientSecret: string, baseUrl: string, webUrl: string)
  }
  class PayPalHttpClient {
    constructor(environment: PayPalEnvironment)
    encoder: { deserializeResponse(body: string, headers: Record<string, string>): unknown }
    getTimeout(): number
    execute(request: object): Promise<unknown>
  }
  const sdk: { core: { PayPalEnvironment: typeof PayPalEnvironment; PayPalHttpClient: typeof PayPalHttpClient } }
  export default sdk
}
