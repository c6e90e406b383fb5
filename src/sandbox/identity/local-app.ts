/** Declares the public client of front ends under work, on any port and path. */
import type { ClientMetadata, Provider } from 'oidc-provider'
import { isLoopback } from '../loopback.ts'

export const localApp: ClientMetadata = {
  client_id: 'local-app',
  application_type: 'native',
  grant_types: ['authorization_code'],
  // One has to be named; which are taken is said below.
  redirect_uris: ['http://127.0.0.1/'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

/** An address of this machine, whatever its port and path: RFC 8252 frees the port only. */
function isAddressHere(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  return url !== null && isLoopback(url.origin) && url.username === '' && url.password === '' && url.hash === ''
}

/** Has the provider take any address of this machine, to come back to and after signing out, from this client alone. */
export function freeAddressesOfLocalApp({ Client: { prototype } }: Provider): void {
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = prototype
  prototype.redirectUriAllowed = function (address) {
    return this.clientId === localApp.client_id ? isAddressHere(address) : redirectUriAllowed.call(this, address)
  }
  prototype.postLogoutRedirectUriAllowed = function (address) {
    return this.clientId === localApp.client_id
      ? isAddressHere(address)
      : postLogoutRedirectUriAllowed.call(this, address)
  }
}
