/** Decides whether a payment back outside the provider can be recorded. */
import { InvalidInput, refusal } from '../graph/contract/user-error.ts'
import { compareDates } from '../values/dates.ts'
import { charactersOf, LONGEST_METHOD_CHARACTERS, LONGEST_REFERENCE_CHARACTERS } from '../values/lengths.ts'
import type { Refund } from './refund.ts'

/** As an operator says it; what is missing was not said. */
export interface OutsideInput {
  method: string | null
  reference: string | null
  settledOn: string | null
}

/** When it can have been: from the day of the payment until today, both in the zone of whoever keeps the books. */
export interface OutsideDays {
  capturedOn: string
  today: string
}

/** Why it cannot be recorded so; null when it can. */
export function outsideRefusal({ method, reference, settledOn }: OutsideInput, { capturedOn, today }: OutsideDays) {
  if (!isText(method, LONGEST_METHOD_CHARACTERS)) {
    return wrong('method', `Say in 1 to ${LONGEST_METHOD_CHARACTERS} characters how it was paid back.`)
  }
  if (!isText(reference, LONGEST_REFERENCE_CHARACTERS)) {
    const message = `Give the reference by which it is found again, in 1 to ${LONGEST_REFERENCE_CHARACTERS} characters.`
    return wrong('reference', message)
  }
  if (settledOn === null) return wrong('settledOn', 'Say on which day it was paid back.')
  if (compareDates(settledOn, today) > 0) return wrong('settledOn', `The day must not be after today, ${today}.`)
  if (compareDates(settledOn, capturedOn) >= 0) return null
  return wrong('settledOn', `The day must not be before that of the payment, ${capturedOn}.`)
}

function isText(text: string | null, most: number): text is string {
  const said = text?.trim() ?? ''
  return said !== '' && charactersOf(said) <= most
}

const wrong = (name: string, message: string) => refusal(InvalidInput, {}, message, ['input', name])

/** Whether the provider may yet pay it: then nobody else does. What waits for its turn can be called off. */
export function isWithProvider({ status, waitingFor, sendingSince }: Refund): boolean {
  if (status === 'SUBMITTED') return waitingFor !== 'PROVIDER_PERMISSION' || sendingSince !== null
  return status === 'UNKNOWN' || status === 'PENDING'
}
