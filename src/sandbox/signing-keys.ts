/** Creates the local gateway's signing key once. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { exportJWK, generateKeyPair } from 'jose'

/** Writes a private JWKS with one Ed25519 key, by its name the sandbox's, to `path`, readable by its owner alone, unless the file exists. */
export async function ensureSigningKeys(path: string): Promise<void> {
  if (existsSync(path)) return
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: `sandbox-${randomUUID()}`, use: 'sig', alg: 'EdDSA' }
  const unfinished = `${path}.unfinished`
  await writeFile(unfinished, `${JSON.stringify({ keys: [key] }, null, 2)}\n`, { mode: 0o600 })
  await rename(unfinished, path)
}
