/** Declares the error of a webhook whose signature, age or form is wrong. */

export class WebhookRefused extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'WebhookRefused'
  }
}
