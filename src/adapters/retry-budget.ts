/** Bounds the retries sent to an upstream so that they cannot worsen an outage. */

/** Each call earns a tenth of a retry: at most 10 % more load, however many calls fail. */
const RETRIES_PER_CALL = 0.1
/** Kept for a burst after a quiet time. */
const MOST_SAVED_RETRIES = 10

export class RetryBudget {
  private saved = MOST_SAVED_RETRIES

  /** A first attempt was made. */
  earn(): void {
    this.saved = Math.min(MOST_SAVED_RETRIES, this.saved + RETRIES_PER_CALL)
  }

  /** Takes one retry; false when there is none left. */
  spend(): boolean {
    if (this.saved < 1) return false
    this.saved -= 1
    return true
  }
}
