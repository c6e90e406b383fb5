/** Names the ways in which one caller attacks. */

/** How long, where, and with what of the world. */
export interface Attack {
  way: Way
  url: string
  seconds: number
  /** Of a learner who attacks signed in. */
  token: string
  payment: string
  enrolment: string
  record: string
  /** Its policy has as many clauses, as long, as may be. */
  qualification: string
  courses: readonly string[]
}

export const ways = {
  subjects: '20 connections asking courses by 49,000 subjects',
  filters: '20 connections asking for facets by filters at their limits',
  batches: '40 batches of 1,000 checks of 31 courses',
  'small-batches': '40 batches of as many checks of 31 courses as there are points for',
  aliases: '10 connections asking for a long title under 99 aliases',
  'never-read': 'ten clients that ask for much and never read',
  clauses: '20 connections asking against a policy of the longest clauses',
  payments: '150 completePayment of one learner at once, Stripe being slow',
  sockets: '1,200 anonymous sockets',
  subscriptions: '50 sockets of one learner starting and ending 50 subscriptions each',
  tokens: '400 bad tokens a second',
  shares: '20 connections sharing credit under ever new codes',
  documents: '20 connections sending documents that nobody knows',
  search: '20 connections asking for 15 odd amounts of credit',
} as const
export type Way = keyof typeof ways
