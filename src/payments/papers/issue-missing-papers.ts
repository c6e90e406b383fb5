/** Issues the papers of payments that were taken before there were any. */
import { inTransaction } from '../../store/transaction.ts'
import { lockPayment, type Paying } from '../paying.ts'
import { paymentJobs } from '../payment-jobs.ts'
import { issuePapers } from './issue-papers.ts'

const PAGE_SIZE = 100

/** In the order in which the money came, so that the numbers are in it too. Nothing is done while no seller is named. */
export async function issueMissingPapers(context: Paying): Promise<void> {
  if (context.settings.seller === null) return
  for (;;) {
    const missing = await context.em.fork({ clear: true }).execute<{ id: string }[]>(
      `select p.id from payment p where p.captured_at is not null
         and not exists (select 1 from receipt c where c.payment_id = p.id and c.kind = 'RECEIPT')
       order by p.captured_at, p.id limit ${PAGE_SIZE}`,
    )
    for (const { id } of missing) {
      await inTransaction(context.em, async (tx) => issuePapers(tx, context, await lockPayment(tx, id)))
    }
    if (missing.length < PAGE_SIZE) return
  }
}

/** Added at each start: after an upgrade, and once a seller is named. */
export const issueMissingPapersJob = paymentJobs.issueMissing.runs(issueMissingPapers)
