/** Names the ways in which one caller attacks. */

/** How long, where, and with what of the world. */
export interface Attack {
  way: Way
  url: string
  seconds: number
  /** Of a learner who attacks signed in. */
  token: string
  payment: string
  qualification: string
  courses: readonly string[]
}

export const ways = {
  subjects: '20 connections asking courses by 49,000 subjects',
  batches: '40 batches of 1,000 checks of 31 courses',
  aliases: '10 connections asking for a long title under 99 aliases',
  'never-read': 'ten clients that ask for much and never read',
  payments: '150 completePayment of one learner at once, Stripe being slow',
  sockets: '1,200 anonymous sockets',
  tokens: '400 bad tokens a second',
  documents: '20 connections sending documents that nobody knows',
  search: '20 connections asking for 15 odd amounts of credit',
} as const
export type Way = keyof typeof ways
