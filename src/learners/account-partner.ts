/** Declares the port through which learners join an account at the partner. */

export interface Membership {
  uuid: string
  externalLearnerId: string
  /** Where the learner creates or links the account; null once it is linked. */
  invitationUrl: string | null
  linked: boolean
  /** The membership that it became one with; null for one that stands by itself. */
  mergedInto: string | null
  email: string | null
  firstName: string | null
  lastName: string | null
}

export interface AccountPartner {
  /**
   * Creates the membership, or answers the one that exists (the partner's 409 is not an error here).
   * Throws UpstreamFailure; after UNKNOWN call `findMembership` before inviting again.
   */
  invite(person: {
    externalLearnerId: string
    email: string
    firstName: string
    lastName: string
    /** Where the partner's page sends the learner back to, when it can. */
    returnUrl: string | null
  }): Promise<Membership>
  /** By our own id of the learner; null when there is none. */
  findMembership(externalLearnerId: string): Promise<Membership | null>
  /** By the partner's uuid; null when the partner does not know it. */
  membership(uuid: string): Promise<Membership | null>
}
