/** Makes a file of signing keys for SIGNING_KEYS_FILE, for its owner's eyes only. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { exportJWK, generateKeyPair } from 'jose'

const usage = 'Say where to: npm run -s keys -- <path>, e.g. ~/signing-keys.json, outside the checkout.'

/** One Ed25519 key as a private JWKS, by its name the day's. Throws when there is a file already. */
async function makeKeys(path: string, day: string): Promise<void> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const kid = `${day}-${randomUUID().slice(0, 8)}`
  const keys = [{ ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'EdDSA' }]
  writeFileSync(path, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

const [path, ...others] = process.argv.slice(2)
if (path === undefined || others.length > 0) {
  console.error(usage)
  process.exitCode = 2
} else {
  try {
    await makeKeys(path, new Date().toISOString().slice(0, 10))
    console.log(`${path} holds a new key; set SIGNING_KEYS_FILE to it.`)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    console.error(
      code === 'EEXIST' ? `${path} is there already, and is left as it is.` : `${path} cannot be written (${message}).`,
    )
    process.exitCode = 1
  }
}
