/** Makes the sandboxes' RSA keys once for each worker. */
import { newSigningKey } from '../../../src/sandbox/identity/signing-key.ts'
import { newCertificates } from '../../../src/sandbox/paypal/certificates.ts'

/** Of the identity provider. */
export const keptSigningKey = newSigningKey()
/** Of PayPal's webhooks. */
export const keptCertificates = newCertificates(new Date())
