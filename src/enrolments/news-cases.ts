/** Opens and closes what the partner's news leaves to a person. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Enrolment } from './enrolment.ts'

/** The partner has the learner registered, and nobody pays for it. */
export async function openUnpaid(_tx: EntityManager, _enrolment: Enrolment, _uuid: string, _at: Date): Promise<void> {}

export async function closeUnpaid(_tx: EntityManager, _enrolment: Enrolment, _at: Date): Promise<void> {}

/** What the partner says and what is here cannot both be; `key` tells such cases apart. */
export async function openDiffers(_tx: EntityManager, _key: string, _message: string, _at: Date): Promise<void> {}

export async function closeDiffers(_tx: EntityManager, _key: string, _at: Date): Promise<void> {}

/** The partner called a run off of which money is here. */
export async function openRunCancelled(
  _tx: EntityManager,
  _runId: string,
  _facts: { message: string; amount: { amountMinor: number; currency: string } | null },
  _at: Date,
): Promise<void> {}

export async function closeRunCancelled(_tx: EntityManager, _runId: string, _at: Date): Promise<void> {}
