/** Writes off the money of a case: nothing more is expected. */
import { giveUpPlace } from '../enrolments/give-up-place.ts'
import { writeOffWishes } from '../payments/write-off-wishes.ts'
import type { Deed } from './deed.ts'

/** Of what no wish stands for, a wish of the learner's goes on. */
const endsWishes: ReadonlySet<string> = new Set(['ENROLMENT_STUCK', 'REFUND_FAILED'])

export const writeOffDeed: Pick<Deed, 'perform'> = {
  async perform({ tx, case: { kind }, ground: { enrolment, payments, payment }, actor, at }) {
    const concerned = kind === 'ENROLMENT_STUCK' ? payments : payment ? [payment] : []
    if (endsWishes.has(kind)) for (const one of concerned) await writeOffWishes(tx, one, { actor, at })
    if (enrolment?.status === 'STUCK') await giveUpPlace(tx, enrolment, { cause: 'WRITTEN_OFF', actor, at })
    return null
  },
}
