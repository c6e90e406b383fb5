/** Describes a change that asking a provider caused, as reconciliation reports it. */

export interface Change {
  /** Enrolment stands for what is paid for, as its partner has it. */
  subjectKind: 'Payment' | 'Refund' | 'Dispute' | 'Enrolment'
  subjectId: string
  /** The provider's reference of it. */
  reference: string | null
  /** Status before; `absent` for what was not known here. */
  from: string
  to: string
}

/** One change, or none when the status is what it was. */
export function noteChange(
  subjectKind: Change['subjectKind'],
  subjectId: string,
  reference: string | null,
  from: string | null,
  to: string,
): Change[] {
  return from === to ? [] : [{ subjectKind, subjectId, reference, from: from ?? 'absent', to }]
}
