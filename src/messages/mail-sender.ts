/** Declares the port through which messages leave by mail. */
export interface MailSender {
  /**
   * Settles when a mail server has taken it. Throws UpstreamFailure: REFUSED when none ever will, UNKNOWN when it may have
   * been taken and the answer was lost.
   */
  send(mail: Mail): Promise<void>
  close(): void
}

export interface Mail {
  to: string
  subject: string
  text: string
  language: string
  /** With its angle brackets. */
  messageId: string
  date: Date
}
