/** Lists what the front page of the mail sandbox explains. */
import { clockControls, type FrontPage } from '../front-page.ts'

export const mailFrontPage: FrontPage = {
  title: 'Mail sandbox',
  intro: 'A mail server that the gateway sends its messages to. It sends nothing on; it keeps and shows what came.',
  addresses: [{ path: '/inbox', what: 'What came, the newest first.' }],
  controls: [
    { method: 'GET', path: '/_sandbox/messages', does: 'What came, the oldest first.' },
    { method: 'DELETE', path: '/_sandbox/messages', does: 'Forgets it.' },
    {
      method: 'POST',
      path: '/_sandbox/mode',
      does: 'How mail is answered from now on: take, refuse (550), put_off (451), lose_answer (taken, and the sender never hears so).',
      examples: [{ mode: 'lose_answer' }],
    },
    ...clockControls,
  ],
}
