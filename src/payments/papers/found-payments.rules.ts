/** Narrows a list of payments to those that one thing in hand belongs to. */
import { readGlobalId } from '../../graph/contract/global-id.ts'
import type { Condition } from '../../reading/list-sql.ts'

const uuidWithOrWithoutDashes = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/
const fourDigits = /^\d{4}$/

/** The uuid that the text is, with or without dashes, or that an id of ours holds; null when it is neither. */
function uuidIn(text: string): string | null {
  const lower = text.toLowerCase()
  return uuidWithOrWithoutDashes.test(lower) ? lower : (readGlobalId(text)?.uuid ?? null)
}

const escaped = (text: string) => text.replace(/[\\%_]/g, '\\$&')

/**
 * Ids of payments by the first of these that finds any: a reference or receipt number, an id of ours, the e-mail address at
 * payment or now, the card's last four digits, the name. One statement, however it is found.
 */
const foundIds = `with found as (
    select payment_id as id, 1 as turn from payment_reference where value = lower(?)
    union all select q.id, 2 from payment q where ?::uuid in (q.id, q.enrolment_id)
    union all select payment_id, 2 from refund where id = ?::uuid
    union all select payment_id, 2 from dispute where id = ?::uuid
    union all select id, 3 from payment where lower(buyer_email) = lower(?)
    union all select q.id, 3 from learner l join enrolment n on n.learner_id = l.id join payment q on q.enrolment_id = n.id
      where lower(l.email) = lower(?)
    union all select id, 4 from payment where card_last4 = ?
    union all select q.id, 5 from learner l join enrolment n on n.learner_id = l.id join payment q on q.enrolment_id = n.id
      where l.display_name ilike ?)
  select id from found where turn = (select min(turn) from found)`

/** Of `column`, which holds a payment's id. */
export function foundPayments(column: string, search: string): Condition {
  const text = search.trim()
  const uuid = uuidIn(text)
  const last4 = fourDigits.test(text) ? text : null
  const values = [text, uuid, uuid, uuid, text, text, last4, `%${escaped(text)}%`]
  return { sql: `${column} in (${foundIds})`, values }
}

/** Of `column`, which holds a payment's id: known by that reference, whatever kind it is. */
export function namedPayments(column: string, reference: string): Condition {
  const sql = `${column} in (select payment_id from payment_reference where value = lower(?))`
  return { sql, values: [reference.trim()] }
}
