/** Does one of a case's actions for an operator, once for each key. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { requireOperator } from '../auth/permissions.ts'
import { lockCase } from '../cases/acknowledge-case.ts'
import { Case } from '../cases/case.ts'
import type { CaseAction } from '../cases/case-action.ts'
import type { Context } from '../context.ts'
import { reasonRefusal } from '../enrolments/reason-refusal.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { act } from './act.ts'
import { ActionNotPossible } from './action-not-possible.ts'
import { actionsWithin } from './actions-of.ts'
import type { Deed, Doing, Order } from './deed.ts'
import { deeds } from './deeds.ts'
import { lockGround } from './lock-ground.ts'

export interface ResolveCaseRequest
  extends Pick<Order, 'action' | 'reason' | 'keepRegistration'>,
    Partial<Omit<Order, 'action' | 'reason' | 'keepRegistration'>> {
  caseId: string
  idempotencyKey: string
}

interface Asked extends Order {
  caseId: string
  idempotencyKey: string
}

const nothing = { caseId: null, refundId: null, enrolmentId: null }
const refused = <Name extends string>(one: Refusal<Name>) => ({ ...nothing, refusals: [one] })

/** The case, acted upon. Throws UNAUTHENTICATED or FORBIDDEN for those who are no operators. */
export async function resolveCase(context: Context, input: ResolveCaseRequest) {
  requireOperator(context.viewer)
  const bad = keyRefusal(input.idempotencyKey) ?? reasonRefusal(input.reason)
  if (bad) return refused(bad)
  const { amountMinor = null, method = null, reference = null, settledOn = null } = input
  const order = { ...input, reason: input.reason.trim(), amountMinor, method, reference, settledOn }
  return inTransaction(context.em, (tx) => resolve(context, tx, order))
}

async function resolve(
  context: Context,
  tx: EntityManager,
  { idempotencyKey: key, caseId: globalId, ...order }: Asked,
) {
  const { viewer } = context
  const at = context.now()
  const request = { caseId: globalId, ...order }
  const taken = await takeKey(tx, { caller: viewer.key, operation: 'resolveCase', key, request, now: at })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') return { ...nothing, ...taken.result, refusals: [] }
  const id = uuidOf('Case', globalId)
  const known = id === null ? null : await tx.findOne(Case, id)
  if (known === null) {
    return refused(refusal(NotFound, {}, noSuch('Case', globalId, 'There is no such case.'), ['input', 'caseId']))
  }
  const ground = await lockGround(tx, known)
  const about = (await lockCase(tx, known.id)) as Case
  const ids = { caseId: about.id, refundId: null, enrolmentId: ground.enrolment?.id ?? null }
  const possible = await actionsWithin(tx, about.id)
  const deed = deedOf(order.action)
  if (deed === undefined || !possible.includes(order.action)) {
    return { ...ids, refusals: [notPossible(order.action, possible)] }
  }
  const doing: Doing = { context, tx, case: about, ground, order, actor: viewer.key, at }
  const wrong = (await deed.refusal?.(doing)) ?? null
  if (wrong) return { ...ids, refusals: [wrong] }
  const refund = await act(doing, deed)
  const result = { ...ids, refundId: refund?.id ?? null }
  taken.keep(Object.fromEntries(Object.entries(result).filter((one): one is [string, string] => one[1] !== null)))
  context.log.info({ ...result, action: order.action }, 'an operator acts on a case')
  return { ...result, refusals: [] }
}

const deedOf = (action: CaseAction): Deed | undefined => (deeds as Partial<Record<CaseAction, Deed>>)[action]

function notPossible(action: CaseAction, possible: readonly CaseAction[]) {
  const here = possible.filter((one) => deedOf(one) !== undefined)
  const message =
    action === 'REFUND_RUN'
      ? 'The money of a whole run goes back by refundRun: use that mutation.'
      : sentence(action, here)
  return refusal(ActionNotPossible, { possible: here }, message, ['input', 'action'])
}

function sentence(action: CaseAction, possible: readonly CaseAction[]): string {
  if (possible.length === 0) return `${action} cannot be done about this case: nothing can, or it is closed.`
  return `${action} cannot be done about this case now; what can: ${possible.join(', ')}.`
}
