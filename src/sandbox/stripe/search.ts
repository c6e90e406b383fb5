/** Parses Stripe's search language as far as payment intents are searched. */
import { z } from 'zod'
import type { PaymentIntent } from './account.ts'
import { expandPaths, integer } from './parameters.ts'
import { badParameter } from './refusal.ts'

/** The parameters of a search. `page` is the cursor that the page before gave as `next_page`. */
export const intentSearch = z.strictObject({
  query: z.string().min(1),
  limit: integer.pipe(z.int().min(1).max(100)).default(10),
  page: z.string().optional(),
  expand: expandPaths,
})

const clausePattern = /^(-?)(?:metadata\[(["'])(.+?)\2\]|(\w+))(:|~|>=|<=|>|<)(?:(["'])(.*)\6|(-?\d+)|(null))$/
const searchedFields = ['amount', 'created', 'currency', 'customer', 'status'] as const

/** Whether the intent answers the query. Throws StripeRefusal (400) where the query cannot be read. */
export function matchesSearch(intent: PaymentIntent, query: string): boolean {
  const any = query.split(/\s+OR\s+/)
  const all = query.split(/\s+AND\s+|\s+(?=-?[a-z]\S*[:~<>])/)
  if (any.length > 1 && /\sAND\s/.test(query)) throw badParameter('query', 'A query has AND or OR, not both.')
  return any.length > 1
    ? any.some((clause) => matchesClause(intent, clause.trim()))
    : all.every((clause) => matchesClause(intent, clause.trim()))
}

function matchesClause(intent: PaymentIntent, clause: string): boolean {
  const parts = clausePattern.exec(clause)
  if (!parts) throw badParameter('query', `Could not read this part of the query: ${clause}`)
  const [, minus, , key, field, operator = ':', , text, number] = parts
  const actual = key === undefined ? fieldOf(intent, field ?? '') : intent.metadata[key]
  const wanted = text === undefined ? number : text.replace(/\\(["'])/g, '$1')
  return compare(actual, operator, wanted) !== (minus === '-')
}

function fieldOf(intent: PaymentIntent, field: string): unknown {
  const known = searchedFields.find((searched) => searched === field)
  if (!known) throw badParameter('query', `Field ${field} is not searchable; use one of ${searchedFields.join(', ')}.`)
  return intent[known]
}

function compare(actual: unknown, operator: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return actual === null || actual === undefined
  if (actual === null || actual === undefined) return false
  if (operator === ':') return String(actual).toLowerCase() === wanted.toLowerCase()
  if (operator === '~') return String(actual).toLowerCase().includes(wanted.toLowerCase())
  const difference = Number(actual) - Number(wanted)
  if (operator === '>') return difference > 0
  if (operator === '<') return difference < 0
  return operator === '>=' ? difference >= 0 : difference <= 0
}
