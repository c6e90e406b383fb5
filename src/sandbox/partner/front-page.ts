/** Lists what the front page of the partner sandbox explains. */
import { commonControls, type FrontPage } from '../front-page.ts'

export const partnerFrontPage: FrontPage = {
  title: 'Partner sandbox',
  intro:
    'Speaks the registration partner’s API to the gateway, hosts the page on which a learner links an account, and sends signed webhooks.',
  addresses: [
    { path: '/partners', what: 'The API, with a token that the gateway signs.' },
    {
      path: '/invitations/<invitation>',
      what: 'The page on which a learner links an account; sending its form does it.',
    },
  ],
  controls: [
    {
      method: 'POST',
      path: '/_sandbox/program_runs',
      does: 'A new run, in the graph within seconds. What is left out is filled in; price may be null.',
      examples: [{ program_code: 'evidence-based-coaching', price: { minor: 49_500, currency: 'GBP' }, capacity: 20 }],
    },
    {
      method: 'POST',
      path: '/_sandbox/program_runs/:uuid',
      does: 'Changes a run; status cancelled calls it off, scheduled reinstates it.',
      examples: [{ status: 'cancelled' }, { start_time: '2031-02-01T09:00:00Z' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/programs/:code',
      does: 'Changes a program.',
      examples: [{ title: 'A new title' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/program_enrolments',
      does: 'A place made at the partner.',
      examples: [{ external_learner_id: '<learner>', program_run: '<run>' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/program_enrolments/:uuid/end',
      does: 'Ends a place, by partner, learner or unsaid.',
      examples: [{ by: 'partner', reason: 'not admitted' }],
    },
    { method: 'POST', path: '/_sandbox/program_enrolments/:uuid/reactivate', does: 'Gives an ended place back.' },
    {
      method: 'POST',
      path: '/_sandbox/program_enrolments/:uuid/result',
      does: 'Reports a result, or corrects it.',
      examples: [{ status: 'passed', grade: '71', identity_verified: true, awarded_on: '2026-11-30' }],
    },
    { method: 'DELETE', path: '/_sandbox/program_enrolments/:uuid/result', does: 'Takes a result back.' },
    {
      method: 'POST',
      path: '/_sandbox/program_enrolments/:uuid/progress',
      does: 'How much has been studied, from 0 to 1.',
      examples: [{ steps_completed_ratio: 0.4 }],
    },
    {
      method: 'POST',
      path: '/_sandbox/memberships/:uuid/merge',
      does: 'Two memberships of a person become one.',
      examples: [{ into: '<membership>' }],
    },
    {
      method: 'POST',
      path: '/_sandbox/emails',
      does: 'These addresses are refused from now on when somebody is invited.',
      examples: [{ refused: ['a..b@example.org'] }],
    },
    ...commonControls({
      operation: 'program_enrolments.create',
      refusal: { status: 422, code: 'run_full' },
      missing: [],
    }),
  ],
}
