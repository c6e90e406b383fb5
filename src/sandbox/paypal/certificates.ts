/** Makes the root and leaf certificates that sign PayPal's webhooks. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** PEM texts, kept with the state so that a restart keeps the root that the gateway trusts. */
export interface Certificates {
  rootPem: string
  leafPem: string
  leafKeyPem: string
  /** The last part of PAYPAL-CERT-URL. */
  name: string
  /** When the leaf stops being good, in milliseconds since 1970. */
  untilMs: number
}

const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
}
const DAY_MS = 24 * 3_600_000
/** Twice as long as the local world's clock can be moved. */
const GOOD_FOR_DAYS = 3_652
/** The name that PayPal's own sandbox has on its certificate. */
const leafName = 'messageverificationcerts.sandbox.paypal.com'

/** Makes a root and a leaf, good from yesterday for ten years. */
export async function newCertificates(now: Date): Promise<Certificates> {
  const notBefore = new Date(now.getTime() - DAY_MS)
  const notAfter = new Date(now.getTime() + GOOD_FOR_DAYS * DAY_MS)
  const rootName = 'CN=PayPal sandbox root of the local world, O=Local world'
  const rootKeys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify'])
  const leafKeys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify'])
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: rootName,
    notBefore,
    notAfter,
    signingAlgorithm: rsa,
    keys: rootKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  const leaf = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${leafName}, O=Local world`,
    issuer: rootName,
    notBefore,
    notAfter,
    signingAlgorithm: rsa,
    publicKey: leafKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: leafName }]),
    ],
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey)).toString('base64')
  return {
    rootPem: root.toString('pem'),
    leafPem: leaf.toString('pem'),
    leafKeyPem: `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`,
    name: `CERT-${Buffer.from(leaf.serialNumber).toString('hex')}-${notBefore.getTime().toString(16)}`,
    untilMs: notAfter.getTime(),
  }
}
