/** Checks what must hold between our books, the providers' and the partner's. */

import type { World } from '../world/world.ts'
import { type Books, type EnrolmentRow, openBooks, type PaymentRow } from './books.ts'
import { brokenHistories } from './broken-histories.ts'

/** Every rule that is broken, in words with ids; none when all is well. Ask after the jobs have come to rest. */
export async function brokenInvariants(world: World): Promise<string[]> {
  const books = await openBooks(world)
  return [
    ...brokenNow(books),
    ...atRest(books),
    ...takenAsKnown(books),
    ...returnedAsKnown(books),
    ...paidForOnce(books),
    ...registeredAsPaid(books),
    ...creditAsEnrolled(books),
    ...books.leftOver,
  ]
}

/** The rules that hold at any time, in the middle of whatever is under way. */
export async function brokenMeanwhile(world: World): Promise<string[]> {
  return brokenNow(await openBooks(world))
}

const brokenNow = (books: Books) => [
  ...takenOnce(books),
  ...returnedWithinTaken(books),
  ...registeredOnce(books),
  ...brokenHistories(books),
]

const restless = {
  payment: ['CREATED', 'PROCESSING', 'UNKNOWN'],
  refund: ['REQUESTED', 'SUBMITTED', 'UNKNOWN'],
  enrolment: ['PAID', 'REGISTERING', 'COMPENSATING', 'REVOKING', 'DEFERRING'],
}

/** Nothing is left under way, and STUCK is only what somebody has refused, ended or decided anew, with its one case. */
function atRest({ payments, refunds, enrolments, cases, inDispute }: Books): string[] {
  const on = (noun: keyof typeof restless, rows: { id: string; status: string }[]) =>
    rows.filter(({ status }) => restless[noun].includes(status)).map(({ id, status }) => `${noun} ${id} is ${status}`)
  const refused = (enrolment: EnrolmentRow) =>
    payments.some((one) => one.enrolment === enrolment.id && isRefused({ refunds }, one))
  const stuck = enrolments.filter(({ status }) => status === 'STUCK')
  const byOthers = ['REGISTRATION_ENDED', 'DISPUTE_REVERSED']
  const stranded = stuck.filter((one) => !byOthers.includes(one.stuck ?? '') && !refused(one))
  const casesOf = (id: string) => cases.filter(({ kind, about }) => kind === 'ENROLMENT_STUCK' && about === id)
  const unseen = stuck.filter(({ id }) => casesOf(id).length !== 1)
  // What was lost and is contested again ends once that is decided.
  const waits = ({ payment }: EnrolmentRow) => payment !== null && inDispute.includes(payment)
  return [
    ...on('payment', payments),
    ...on('refund', refunds),
    ...on(
      'enrolment',
      enrolments.filter((one) => !waits(one)),
    ),
    ...stranded.map(({ id }) => `enrolment ${id} is STUCK although nobody refused anything`),
    ...unseen.map(({ id }) => `enrolment ${id} is STUCK, with ${casesOf(id).length} cases`),
  ]
}

const isRefused = ({ refunds }: Pick<Books, 'refunds'>, { id }: PaymentRow) =>
  refunds.some(({ payment, status }) => payment === id && voided(status))

function takenOnce({ taken }: Books): string[] {
  const times = Map.groupBy(taken, ({ paymentId }) => paymentId)
  return [...times]
    .filter(([, all]) => all.length > 1)
    .map(([id, all]) => `payment ${id} was taken ${all.length} times`)
}

/** The provider's takings are ours, one for one and to the penny. */
function takenAsKnown({ taken, payments }: Books): string[] {
  const unknown = taken.filter(({ id, paymentId, amount }) => {
    const row = payments.find((payment) => payment.id === paymentId)
    return row?.capture_reference !== id || row.captured !== amount
  })
  const invented = payments.filter(
    ({ captured, capture_reference }) => captured > 0 && !taken.some(({ id }) => id === capture_reference),
  )
  return [
    ...unknown.map(({ id, paymentId, amount }) => `${id} took ${amount} for payment ${paymentId}, not known so here`),
    ...invented.map(({ id }) => `payment ${id} was not taken at its provider`),
  ]
}

/** So are the refunds. */
function returnedAsKnown({ returned, refunds }: Books): string[] {
  const odd = returned.filter(({ id, amount, status }) => {
    const row = refunds.find(({ reference }) => reference === id)
    const same = row?.status === status || (row?.status === 'SUCCEEDED' && status === 'COMPLETED')
    return !same || row?.amount !== amount
  })
  const invented = refunds.filter(
    ({ status, reference }) => status === 'SUCCEEDED' && !returned.some(({ id }) => id === reference),
  )
  return [
    ...odd.map(({ id, status, amount }) => `refund ${id} of ${amount}, ${status} there, is not so here`),
    ...invented.map(({ id }) => `refund ${id} was never made at the provider`),
  ]
}

/** Never more is given back than was taken, neither there nor as it is asked for here. */
function returnedWithinTaken({ taken, returned, payments, refunds }: Books): string[] {
  const alive = returned.filter(({ status }) => !voided(status))
  const amountOf = (id: string) => taken.find(({ refundable }) => refundable === id)?.amount ?? 0
  const above = [...Map.groupBy(alive, ({ takenBy }) => takenBy)].filter(([id, all]) => sum(all) > amountOf(id))
  // What an operator paid some other way somebody may refund in the dashboard all the same: that is a case.
  const outside = ({ id }: PaymentRow) =>
    refunds.some(({ payment, status }) => payment === id && status === 'SETTLED_OUTSIDE')
  const asked = payments.filter((one) => sum(notVoid(refunds, one.id)) > one.captured && !outside(one))
  return [
    ...above.map(([id, all]) => `${sum(all)} were given back of ${id}`),
    ...asked.map(({ id, captured }) => `more than the ${captured} of payment ${id} is asked to go back`),
  ]
}

const voided = (status: string) => status === 'FAILED' || status === 'CANCELLED' || status === 'CANCELED'
const notVoid = (refunds: Books['refunds'], payment: string) =>
  refunds.filter((one) => one.payment === payment && !voided(one.status))
const sum = (all: { amount: number }[]) => all.reduce((total, { amount }) => total + amount, 0)

/** What of a payment's money is still here. */
function kept({ refunds, disputes }: Books, { id, captured }: PaymentRow): number {
  const lost = disputes.filter((one) => one.payment === id && one.status === 'LOST')
  return captured - sum(notVoid(refunds, id)) - lost.reduce((total, one) => total + one.lost, 0)
}

const placed = ['REGISTERED', 'COMPLETED']

/** Whoever has paid has a place or the money, and nobody has paid twice; what cannot go back is with the operators. */
function paidForOnce(books: Books): string[] {
  return books.payments.flatMap((payment) => {
    const left = kept(books, payment)
    if (left <= 0) return []
    const enrolment = books.enrolments.find(({ id }) => id === payment.enrolment)
    const paysForIt = enrolment?.payment === payment.id && [...placed, 'STUCK', 'WITHDRAWN'].includes(enrolment.status)
    if (books.inDispute.includes(payment.id)) return []
    const inHand = enrolment?.status === 'STUCK' || books.quarantined.includes(payment.id)
    if (paysForIt || (isRefused(books, payment) && inHand)) return []
    const rests = `${enrolment?.status} by payment ${enrolment?.payment}`
    return [`payment ${payment.id} keeps ${left} for an enrolment that is ${rests}`]
  })
}

const active = ({ places }: Books) => places.filter(({ status }) => status !== 'inactive')

function registeredOnce(books: Books): string[] {
  const double = Map.groupBy(active(books), (place) => `${place.external_learner_id} on ${place.program_run}`)
  return [...double].filter(([, all]) => all.length > 1).map(([who, all]) => `${who} is registered ${all.length} times`)
}

/** Whoever has a place here has it there, and has paid for it. */
function registeredAsPaid(books: Books): string[] {
  const { enrolments, payments, refunds } = books
  const placeOf = ({ learner, run }: EnrolmentRow) =>
    active(books).filter((place) => place.external_learner_id === learner && place.program_run === run)
  const holders = enrolments.filter(({ status }) => placed.includes(status))
  const free = holders.filter((row) => {
    const payment = payments.find(({ id }) => id === row.payment)
    // An operator may give everything back and leave the registration.
    const granted = refunds.some((refund) => refund.payment === row.payment && refund.keeps)
    return payment && kept(books, payment) <= 0 && !granted
  })
  // What the partner ended of a cancelled run, or after the result, stays; what it gave back unpaid is for a person.
  const endedThere = (row: EnrolmentRow) => row.ended && (row.cancelled || row.status === 'COMPLETED')
  const inHand = (uuid: string) =>
    books.cases.some(
      ({ about, reference }) =>
        reference === uuid || enrolments.some(({ id, registration }) => id === about && registration === uuid),
    )
  const forNothing = active(books).filter(
    ({ uuid }) => !holders.some(({ registration }) => registration === uuid) && !inHand(uuid),
  )
  return [
    ...holders
      .filter((row) => placeOf(row).length !== 1 && !endedThere(row))
      .map((row) => `enrolment ${row.id} is ${row.status} with ${placeOf(row).length} places at the partner`),
    ...free.map(({ id, status }) => `enrolment ${id} is ${status} although all its money went back`),
    ...forNothing.map(({ uuid }) => `the partner has a place ${uuid} that no enrolment rests on`),
  ]
}

/** Credit stands, is suspended or is revoked as the enrolment does that it rests on. */
function creditAsEnrolled({ enrolments, payments, disputes }: Books): string[] {
  const contested = ({ id }: EnrolmentRow) =>
    payments.some(
      (payment) =>
        payment.enrolment === id &&
        disputes.some(
          ({ payment: id, status, stage }) =>
            id === payment.id && ['OPEN', 'UNDER_REVIEW'].includes(status) && stage !== 'INQUIRY',
        ),
    )
  const due = (row: EnrolmentRow) => {
    if (['REVOKED', 'COMPENSATED'].includes(row.status) || row.stuck === 'DISPUTE_REVERSED') return 'REVOKED'
    return row.status === 'STUCK' || contested(row) ? 'SUSPENDED' : 'AWARDED'
  }
  return enrolments
    .filter((row) => row.credit !== null && row.credit !== due(row))
    .map((row) => `enrolment ${row.id} is ${row.status}, its credit ${row.credit} and not ${due(row)}`)
}
