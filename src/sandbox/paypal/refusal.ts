/** Builds PayPal's error answers and lists the issues that the sandbox gives. */
import { z } from 'zod'
import type { Answer } from '../faults.ts'
import type { Link } from './merchant.ts'
import { newId } from './new-id.ts'

/** Names and messages by status, as the official documents have them. */
const refusalKinds = {
  400: ['INVALID_REQUEST', 'Request is not well-formed, syntactically incorrect, or violates schema.'],
  401: [
    'AUTHENTICATION_FAILURE',
    'Authentication failed due to missing authorization header, or invalid authentication credentials.',
  ],
  403: ['NOT_AUTHORIZED', 'Authorization failed due to insufficient permissions.'],
  404: ['RESOURCE_NOT_FOUND', 'The specified resource does not exist.'],
  409: ['RESOURCE_CONFLICT', 'The server has detected a conflict while processing this request.'],
  422: [
    'UNPROCESSABLE_ENTITY',
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  ],
  429: ['RATE_LIMIT_REACHED', 'Too many requests. Blocked due to rate limiting.'],
  500: ['INTERNAL_SERVER_ERROR', 'An internal server error occurred.'],
  503: ['SERVICE_UNAVAILABLE', 'Service Unavailable.'],
} as const

export interface ErrorDetail {
  issue: string
  description?: string
  field?: string
  value?: string
  location?: 'body' | 'path' | 'query'
}

/** Thrown by a handler: becomes PayPal's error with this status. */
export class PaypalRefusal extends Error {
  readonly status: keyof typeof refusalKinds
  readonly details: ErrorDetail[]
  readonly links: Link[]

  constructor(status: keyof typeof refusalKinds, details: ErrorDetail[], links: Link[] = []) {
    super(details[0]?.description ?? refusalKinds[status][1])
    this.status = status
    this.details = details
    this.links = links
  }

  /** `debugId` is the one in the answer's header too. */
  answer(debugId: string): Answer {
    const [name, message] = refusalKinds[this.status]
    const details = this.details.length > 0 ? { details: this.details } : {}
    const headers: Record<string, string> =
      this.status === 401 ? { 'www-authenticate': 'Bearer realm="PayPal sandbox"' } : {}
    return { status: this.status, headers, body: { name, message, ...details, debug_id: debugId, links: this.links } }
  }
}

export const newDebugId = (): string => newId(13).toLowerCase()

/** What a 429, 500 or 503 of PayPal's says. */
export function outage(status: 429 | 500 | 503): Answer {
  return new PaypalRefusal(status, []).answer(newDebugId())
}

/** 403 for a feature that the app does not have. */
export function notPermitted(): PaypalRefusal {
  const description = 'You do not have permission to access or perform operations on this resource.'
  return new PaypalRefusal(403, [{ issue: 'PERMISSION_DENIED', description }])
}

/** 404 as PayPal says it. */
export function noSuch(value: string, field: string): PaypalRefusal {
  const description = 'Specified resource ID does not exist. Please check the resource ID and try again.'
  return new PaypalRefusal(404, [{ issue: 'INVALID_RESOURCE_ID', field, value, location: 'path', description }])
}

/** 400 for a body that is not JSON. */
export function malformedJson(): PaypalRefusal {
  const description = 'The request JSON is not well formed.'
  return new PaypalRefusal(400, [{ issue: 'MALFORMED_REQUEST_JSON', description, location: 'body' }])
}

/** The business refusals (422), with the official descriptions. */
export const issues = {
  CANNOT_BE_ZERO_OR_NEGATIVE:
    'Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.',
  CAPTURE_FULLY_REFUNDED: 'The capture has already been fully refunded',
  CURRENCY_MISMATCH: 'The currency of all the amounts must be the same.',
  DECIMAL_PRECISION: 'If the currency supports decimals, only two decimal place precision is supported.',
  DUPLICATE_INVOICE_ID:
    'Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that Invoice Id be unique for each transaction.',
  INSTRUMENT_DECLINED:
    "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
  MAX_NUMBER_OF_REFUNDS_EXCEEDED: 'You have exceeded the maximum number of refund attempts for this capture.',
  ORDER_ALREADY_CAPTURED: "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
  ORDER_COMPLETION_IN_PROGRESS:
    'The order was created with processing_instruction of ORDER_COMPLETE_ON_PAYMENT_APPROVAL. The customer has approved the payment and PayPal is still in the process of capturing the order on your behalf as instructed. Please try your request again.',
  ORDER_NOT_APPROVED:
    "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call or provide a valid `payment_source` in the request.",
  PARTIAL_REFUND_NOT_ALLOWED: 'You cannot do a refund less than the original capture amount.',
  PAYEE_ACCOUNT_RESTRICTED: 'Payee account is restricted.',
  PAYER_ACTION_REQUIRED: 'Transaction cannot complete successfully, instruct the buyer to return to PayPal.',
  PAYER_CANNOT_PAY:
    'Payer cannot pay for this transaction. Please contact the payer to find other ways to pay for this transaction.',
  PENDING_CAPTURE:
    'Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has funded the transaction using e-check/bank funded.',
  REFUND_AMOUNT_EXCEEDED:
    'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
  REFUND_CAPTURE_CURRENCY_MISMATCH: 'Refund must be in the same currency as the capture',
  REFUND_FAILED_INSUFFICIENT_FUNDS:
    'Capture could not be refunded due to insufficient funds. Please check to see if you have sufficient funds in your PayPal account or if the bank account linked to your PayPal account is verified and has sufficient funds.',
  REFUND_NOT_ALLOWED: 'Capture cannot be refunded.',
  REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK:
    'Refunds are not allowed on this capture due to a chargeback on the card or bank. Please contact the payee to resolve the chargeback.',
  REFUND_TIME_LIMIT_EXCEEDED: 'You are over the time limit to perform a refund on this capture',
  TRANSACTION_DISPUTED:
    'Partial refunds cannot be offered at this time because there is an open case on this transaction. Visit the PayPal Resolution Center to review this case.',
  TRANSACTION_REFUSED: 'The request was refused.',
  AMOUNT_MISMATCH:
    'Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount.',
  INVALID_CURRENCY_CODE:
    'Currency code is invalid or is not currently supported. Please refer https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported currency codes.',
  ITEM_TOTAL_MISMATCH: 'Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit.',
  ITEM_TOTAL_REQUIRED:
    'If item details are specified (items.unit_amount and items.quantity) corresponding amount.breakdown.item_total is required.',
} as const
export type Issue = keyof typeof issues

/** 422 because of this issue. `field` is a JSON pointer into the request. */
export function refused(issue: Issue, more: { field?: string; value?: string; links?: Link[] } = {}): PaypalRefusal {
  const { links, ...where } = more
  const location = more.field === undefined ? {} : { location: 'body' as const }
  return new PaypalRefusal(422, [{ issue, description: issues[issue], ...where, ...location }], links)
}

/** What a refusal on request says: 422 with this issue, unless another status is asked for. */
export const refusalOnRequest = {
  fields: {
    status: z.literal([400, 401, 403, 404, 409, 422]).default(422),
    issue: z.enum(Object.keys(issues) as [Issue, ...Issue[]]),
    message: z.string().optional(),
  },
  refusal({ status, issue, message }: RefusalFacts): PaypalRefusal {
    return new PaypalRefusal(status, [{ issue, description: message ?? issues[issue] }])
  },
}

interface RefusalFacts {
  status: 400 | 401 | 403 | 404 | 409 | 422
  issue: Issue
  message?: string | undefined
}
