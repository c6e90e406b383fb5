/** A webhook that is not what it says: its signature, age or form does not hold, and nothing of it is kept. */

export class WebhookRefused extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'WebhookRefused'
  }
}
