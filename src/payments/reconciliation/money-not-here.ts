/** Finds money at providers that carries our id and is in no book here. */
import { closeCase, openCase } from '../../cases/open-case.ts'
import { newId } from '../../store/row.ts'
import { inTransaction } from '../../store/transaction.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import { refundedMinor } from '../balance.ts'
import type { ProviderName, ProviderPayment } from '../payment-provider.ts'
import { ProviderObject } from '../provider-object.ts'
import { type Finding, fork, note, noteOnce, type Pass } from './pass.ts'

/** Ours may still be on its way into the books: an event can come before our own transaction has ended. */
const LEFT_ALONE_MS = 60_000
/** As long before its event as an order can have been made. */
const MADE_BEFORE_MS = 24 * 3_600_000
/** What is left is for the next pass, the oldest first. */
const MOST_QUESTIONS = 100

/** A payment by the id in its events, or by the reference by which it is known already. */
interface Sought {
  provider: ProviderName
  paymentId: string | null
  reference: string | null
  since: Date
}

const ourKind = `'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`

// An event that has found nothing waits; after eleven tries it is given up, and two passes have come by it.
const soughtByEvent = `
  select e.provider, e.payment_id as "paymentId", null as reference, min(e.created_at) as since
  from payment_event e
  where e.status in ('RECEIVED', 'WAITING') and e.created_at <= ?
    and e.payment_id ~ ${ourKind}
    and not exists (select from payment p where p.id = case when e.payment_id ~ ${ourKind} then e.payment_id::uuid end)
    and not exists (select from provider_object o where o.provider = e.provider and o.payment_id = e.payment_id)
  group by e.provider, e.payment_id order by 4 limit ${MOST_QUESTIONS}`

const keptOpen = `
  select o.provider, o.payment_id as "paymentId", o.reference, o.captured_at as since
  from operator_case c join provider_object o on o.id = c.subject_id
  where c.kind = 'PAYMENT_NOT_HERE' and c.status <> 'CLOSED' order by c.last_seen_at limit ${MOST_QUESTIONS}`

/**
 * Asks providers about what events named and nothing here has, and about what is known of it already. `missed` are those
 * that a dry run has read of a list and not kept. Answers how many were looked at.
 */
export async function findMoneyNotHere(pass: Pass, missed: readonly Sought[]): Promise<number> {
  const em = fork(pass.context)
  const before = new Date(pass.startedAt.getTime() - LEFT_ALONE_MS)
  const read = async (text: string, values: unknown[] = []) =>
    (await em.execute<Sought[]>(text, values)).map((one) => ({ ...one, since: new Date(one.since) }))
  const known = await read(keptOpen)
  const told = await read(soughtByEvent, [before])
  const all = [...known, ...told, ...missed.filter(({ since }) => since <= before)]
  const each = new Map(all.map((one) => [`${one.provider} ${one.paymentId}`, one]))
  for (const sought of each.values()) await look(pass, sought)
  return each.size
}

async function look(pass: Pass, sought: Sought): Promise<void> {
  const { provider, paymentId, reference, since } = sought
  const port = pass.context.providers[provider]
  const madeSince = new Date(since.getTime() - MADE_BEFORE_MS)
  try {
    const seen =
      reference === null ? await port.findByPaymentId(paymentId ?? '', madeSince) : await port.look(reference)
    if (seen?.capture) await keep(pass, provider, seen)
  } catch (problem) {
    if (!isUpstreamFailure(problem)) throw problem
    const text = `${problem.upstream} gave no answer (${problem.code}) about money that is not here; asked again.`
    await note(pass, { ...absent, outcome: 'DEFERRED', providerReference: reference ?? paymentId, note: text })
  }
}

const absent = { subjectKind: null, subjectId: null, from: 'absent', to: 'absent' } as const

async function keep(pass: Pass, provider: ProviderName, seen: ProviderPayment): Promise<void> {
  const { reference, paymentId, capture } = seen
  if (capture === null) return
  const { amountMinor: capturedMinor, currency } = capture.amount
  const backMinor = refundedMinor(
    seen.refunds.map(({ state: status, amount: { amountMinor } }) => ({ status, amountMinor })),
  )
  const leftMinor = Math.max(0, capturedMinor - backMinor)
  const message = `${provider} has taken money for payment ${paymentId}, which is in no book here.`
  const finding: Finding = { ...absent, outcome: 'QUARANTINED', providerReference: reference, note: message }
  if (leftMinor > 0) await noteOnce(pass, finding)
  if (!pass.apply) return
  await inTransaction(pass.context.em, async (tx) => {
    const kept = await tx.findOne(ProviderObject, { provider, reference })
    const row =
      kept ??
      tx.create(ProviderObject, {
        id: newId(),
        provider,
        reference,
        paymentId,
        captureReference: capture.reference,
        capturedMinor,
        refundedMinor: backMinor,
        currency,
        capturedAt: capture.capturedAt,
        buyerEmail: seen.buyerEmail,
      })
    row.refundedMinor = backMinor
    await tx.flush()
    const subject = { type: 'ProviderObject', id: row.id } as const
    if (leftMinor === 0) return closeCase(tx, 'PAYMENT_NOT_HERE', subject, pass.startedAt)
    const amount = { amountMinor: leftMinor, currency }
    const facts = { kind: 'PAYMENT_NOT_HERE', subject, message, amount, providerReference: reference } as const
    return openCase(tx, facts, pass.startedAt)
  })
}
