/** Lists what can be done about cases by `resolveCase`, each action by its deed. */
import type { CaseAction } from '../cases/case-action.ts'
import type { Enrolment } from '../enrolments/enrolment.ts'
import { enrolmentJobs } from '../enrolments/enrolment-jobs.ts'
import { giveUpPlace } from '../enrolments/give-up-place.ts'
import { restorePlace } from '../enrolments/restore-place.ts'
import type { Deed, Doing } from './deed.ts'
import { refundDeed } from './refund-deed.ts'
import { retryDeed } from './retry-deed.ts'
import { settleOutsideDeed } from './settle-outside-deed.ts'
import { writeOffDeed } from './write-off-deed.ts'

const never = () => false
const always = () => true

/** The table of actions offers these of enrolments only. */
const enrolmentIn = ({ ground }: Doing): Enrolment => {
  if (ground.enrolment === null) throw new Error('the case is about no enrolment')
  return ground.enrolment
}

/** The place is one that the partner has, and no enrolment of ours. */
async function endUnpaid({ tx, case: { providerReference }, ground }: Doing): Promise<null> {
  const { enrolment } = ground
  if (enrolment === null || providerReference === null) throw new Error('the case is about no registration')
  const ids = { enrolmentId: enrolment.id, registrationUuid: providerReference }
  await enrolmentJobs.endUnpaidRegistration.add(tx, ids)
  return null
}

export const deeds = {
  DISMISS: { perform: async () => null, closes: always },
  REFUND: { ...refundDeed, closes: never },
  RESTORE_PLACE: {
    async perform(doing) {
      const why = { cause: 'OPERATOR_RETRY_REGISTRATION', actor: doing.actor, at: doing.at } as const
      await restorePlace(doing.tx, enrolmentIn(doing), doing.ground.payments, why)
      return null
    },
    closes: never,
  },
  SETTLE_OUTSIDE: { ...settleOutsideDeed, closes: never },
  WRITE_OFF: { ...writeOffDeed, closes: always },
  RETRY: { ...retryDeed, closes: never },
  END_PLACE: {
    async perform(doing) {
      if (doing.case.kind === 'REGISTERED_UNPAID') return endUnpaid(doing)
      const why = { cause: 'WITHDRAWN_BY_OPERATOR', actor: doing.actor, at: doing.at } as const
      await giveUpPlace(doing.tx, enrolmentIn(doing), why)
      return null
    },
    closes: always,
  },
} as const satisfies Partial<Record<CaseAction, Deed>>
