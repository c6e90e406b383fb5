/** Reads PayPal's official documents and checks values against a place in them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'

const FOLDER = join(import.meta.dirname, '../contracts/paypal')

export const ORDERS = 'checkout_orders_v2'
export const PAYMENTS = 'payments_payment_v2'
export const WEBHOOKS = 'notifications_webhooks_v1'
export const DISPUTES = 'customer_disputes_v1'

export interface Parameter {
  $ref?: string
  name: string
  in: string
  required?: boolean
}
interface Operation {
  parameters?: Parameter[]
  requestBody?: { required?: boolean }
  responses: Record<string, { $ref?: string }>
}
interface PayPalDocument {
  paths: Record<string, Record<string, Operation>>
  components: { parameters: Record<string, Parameter> }
}

/** Reads all documents. */
export function readPayPalDocuments() {
  const options = { strict: false, allErrors: true, unicodeRegExp: false, logger: false } as const
  const ofJson = formats.default(new Ajv(options))
  const ofText = formats.default(new Ajv({ ...options, coerceTypes: true }))
  const documents = new Map<string, PayPalDocument>()
  for (const name of [ORDERS, PAYMENTS, WEBHOOKS, DISPUTES]) {
    const document = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as PayPalDocument
    documents.set(name, document)
    for (const ajv of [ofJson, ofText]) ajv.addSchema(document, name)
  }
  return {
    documents,
    /** Where an operation stands: the document's name, then the way into it. */
    placeOf: (name: string, template: string, method: string) =>
      `${name}#/paths/${encodeURI(template.replaceAll('/', '~1'))}/${method.toLowerCase()}`,
    /** Expects a body to fit the schema at this place. */
    fits(body: unknown, schema: string): void {
      ofJson.validate({ $ref: schema }, body)
      expect(ofJson.errors ?? []).toEqual([])
    },
    /** Expects the text of a query or a header to fit, read as the number or boolean that the schema wants. */
    fitsAsText(text: string | string[], schema: string): void {
      // Within an object, for a bare value cannot be coerced.
      ofText.validate({ type: 'object', properties: { text: { $ref: schema } } }, { text })
      expect(ofText.errors ?? []).toEqual([])
    },
  }
}
