/** Starts the identity sandbox and verifies its tokens as the gateway would. */
import { afterEach, beforeEach } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import {
  type IdentitySandbox,
  type IdentitySandboxOptions,
  startIdentitySandbox,
} from '../../src/sandbox/identity/identity-sandbox.ts'
import { keptSigningKey } from '../support/world/kept-keys.ts'

const audience = 'urn:microcredential-gateway'
const options: IdentitySandboxOptions = { host: '127.0.0.1', port: 0, audience, clientSecret: 'sandbox-client-secret' }

/** Closed after each test, last opened first. */
export const opened: { close(): Promise<void> }[] = []
export let identity: IdentitySandbox

beforeEach(async () => {
  await started({})
})
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** Starts one, and makes it the one that is asked. One that keeps its state makes a key of its own, to be kept with it. */
export async function started(more: Partial<IdentitySandboxOptions>): Promise<IdentitySandbox> {
  const sandbox = await startIdentitySandbox({
    ...options,
    ...(more.stateFile === undefined && { signingKey: await keptSigningKey }),
    ...more,
  })
  opened.push(sandbox)
  identity = sandbox
  return sandbox
}

/** Checks a token as the gateway would: keys from the discovered address, issuer, audience, age, type. */
export async function verified(token: string) {
  const discovered = await fetch(`${identity.url}/.well-known/openid-configuration`)
  const { issuer, jwks_uri } = (await discovered.json()) as { issuer: string; jwks_uri: string }
  const checks = { issuer, audience, typ: 'at+jwt', algorithms: ['RS256'] }
  return (await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), checks)).payload
}
