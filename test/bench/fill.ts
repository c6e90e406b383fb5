/** Fills a migrated database with the wanted number of each row. */
import type { ClientBase } from 'pg'

export interface Size {
  courses: number
  runs: number
  learners: number
  /** Each is paid for. */
  enrolments: number
  refunds: number
  creditRecords: number
  /** Each reserves one credit record of the second half. */
  applications: number
}

/** What a large provider has after some years. */
export const fullSize: Size = {
  courses: 2_000,
  runs: 6_000,
  learners: 20_000,
  enrolments: 200_000,
  refunds: 20_000,
  creditRecords: 100_000,
  applications: 5_000,
}

/** Enrolments of each learner in the first half of all enrolments; the other half is spread over everybody else. */
const ENROLMENTS_OF_REGULARS = 20

/** The subject of a learner in the identity provider, from 0 on; the first ones are regulars. */
export const subjectOf = (learner: number): string => `bench-${learner}`

/** SQL of a row's uuid, by its kind and the number `n`: in the order of their making, as those of the product are. */
const uuid = (kind: number, n: string) =>
  `('019${kind}0000-0000-7000-8000-' || lpad(to_hex((${n})::bigint), 12, '0'))::uuid`

const kind = {
  course: 1,
  run: 2,
  learner: 3,
  enrolment: 4,
  payment: 5,
  refund: 6,
  creditRecord: 7,
  application: 8,
  use: 9,
}

/** Its uuid in the database. */
export const uuidOfRow = (name: keyof typeof kind, n: number): string =>
  `019${kind[name]}0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

const text = (words: number) =>
  `(select string_agg((array['learning','credit','practice','study','evidence','health','data','people','change','method'])[1 + (n * 7 + w * w * 3) % 10], ' ') from generate_series(1, ${words}) w)`

const courses = `insert into course (id, partner_uuid, slug, title, summary, description, language, subject,
    awarding_institution_id, level, credit_amount, credit_scheme, credit_level, credit_framework, credit_cats,
    total_study_hours, weeks, hours_per_week, learning_outcomes, assessment, transcript, cmf_status, partner_url, fetched_at)
  select ${uuid(kind.course, 'n')}, 'bench-course-' || n, 'bench-course-' || n, 'Microcredential ' || n || ' in ' || s.subject,
    ${text(20)}, ${text(100)}, 'en', s.subject, (select array_agg(id order by slug) from institution)[1 + n % 4],
    case when n % 2 = 0 then 'POSTGRADUATE' else 'UNDERGRADUATE' end, (1 + n % 4) * 5, 'CATS', 4 + n % 4, 'FHEQ',
    (1 + n % 4) * 5, 100, 10, 10, jsonb_build_array(${text(12)}, ${text(11)}, ${text(13)}),
    jsonb_build_object('summary', 'An essay', 'formal', true, 'online', true, 'passMark', '40', 'identityVerification', true),
    true, 'MET', 'https://partner.example/courses/' || n, $2
  from generate_series(0, $1::int - 1) n,
    lateral (select (array['computing','business','health','education','energy'])[1 + n % 5] as subject) s`

const words = `insert into course_word (word) select word from ts_stat('select words from course')
  where word ~ '^[[:alpha:]]{4,40}$' on conflict do nothing`

const runs = `insert into course_run (id, course_id, partner_uuid, code, starts_at, ends_at, time_zone, price_minor, currency,
    enrolment_opens_at, enrolment_closes_at, registration_url, fetched_at)
  select ${uuid(kind.run, 'n')}, ${uuid(kind.course, 'n % $2::int')}, 'bench-run-' || n, 'run-' || n, at, at + interval '10 weeks',
    'Europe/London', 10000 + n % 50 * 100, 'GBP', at - interval '90 days', at + interval '7 days', 'https://partner.example/runs/' || n, $3
  from generate_series(0, $1::int - 1) n,
    lateral (select $3::timestamptz + ((n / $2::int) * 120 - 100 + n % 90) * interval '1 day' as at) d`

const learners = `insert into learner (id, issuer, subject, display_name, given_name, family_name, email, created_at)
  select ${uuid(kind.learner, 'n')}, $2, 'bench-' || n, 'Bench ' || n, 'Bench', n::text, 'bench-' || n || '@example.org', $3
  from generate_series(0, $1::int - 1) n`

/** Each learner's are on different runs; the first half goes to the regulars. */
const enrolments = `insert into enrolment (id, learner_id, run_id, status, payment_id, registration_uuid, registered_at,
    study_url, steps_completed_ratio, steps_completed, result_outcome, result_grade, result_awarded_on,
    result_identity_verified, created_at, updated_at)
  select ${uuid(kind.enrolment, 'n')}, ${uuid(kind.learner, 'learner')}, ${uuid(kind.run, '(learner * 31 + nth * 97) % $3::int')},
    case when n % $5::int < $6::int then 'COMPLETED' else 'REGISTERED' end, ${uuid(kind.payment, 'n')}, 'bench-enrolment-' || n, $4,
    'https://partner.example/study/' || n, 0.5, 12, case when n % $5::int < $6::int then 'PASSED' end,
    case when n % $5::int < $6::int then 71 end, case when n % $5::int < $6::int then $4::timestamptz::date end,
    case when n % $5::int < $6::int then true end, $4, $4
  from generate_series(0, $1::int - 1) n, lateral (select
    case when n < $1::int / 2 then n / ${ENROLMENTS_OF_REGULARS} else $7::int + (n - $1::int / 2) % ($2::int - $7::int) end as learner,
    case when n < $1::int / 2 then n % ${ENROLMENTS_OF_REGULARS} else (n - $1::int / 2) / ($2::int - $7::int) end as nth) l`

/** Years old, so that no reconciliation asks the provider about them. */
const payments = `insert into payment (id, enrolment_id, provider, method, status, amount_minor, currency, description, return_url,
    open_key, reference, capture_reference, card_brand, card_last4, captured_minor, captured_currency, created_at, captured_at, updated_at)
  select ${uuid(kind.payment, 'n')}, ${uuid(kind.enrolment, 'n')}, 'STRIPE', 'CARD', 'SUCCEEDED', 12000, 'GBP', 'A place', 'https://app.example',
    'bench-open-' || n, 'cs_' || n, 'pi_' || n, 'VISA', '4242', 12000, 'GBP', at, at, at
  from generate_series(0, $1::int - 1) n, lateral (select $2::timestamptz - (60 + n % 1700) * interval '1 day' as at) d`

const refunds = `insert into refund (id, payment_id, amount_minor, currency, status, origin, call_key, reference, requested_at, settled_at, updated_at,
    wish_id, asked_at)
  select ${uuid(kind.refund, 'n')}, ${uuid(kind.payment, 'n * $2::int')}, 2000, 'GBP', 'SUCCEEDED', 'LEARNER', 'bench-refund-' || n, 're_' || n, $3, $3, $3,
    ${uuid(kind.refund, 'n')}, $3
  from generate_series(0, $1::int - 1) n`

/** Of every so many enrolments in a row the first ones are completed, and each of those has earned credit. */
const creditRecords = `insert into credit_record (id, enrolment_id, learner_id, course_id, holder_name, credit_amount, credit_scheme,
    credit_level, credit_framework, status, awarded_on, grade, identity_verified, facts, status_index, created_at, updated_at)
  select ${uuid(kind.creditRecord, 'row_number() over (order by e.id) - 1')}, e.id, e.learner_id, c.id, 'Bench', c.credit_amount, c.credit_scheme,
    c.credit_level, c.credit_framework, 'AWARDED', $1::timestamptz::date, 71, true,
    jsonb_build_object('courseSlug', c.slug, 'courseTitle', c.title, 'subject', c.subject, 'awardingBodySlug', i.slug,
      'awardingBodyName', i.name, 'cmf', 'MET', 'learningOutcomes', c.learning_outcomes, 'totalStudyHours', 100),
    (select coalesce(max(status_index), 0) from credit_record) + row_number() over (order by e.id), $1, $1
  from enrolment e join course_run r on r.id = e.run_id join course c on c.id = r.course_id
  join institution i on i.id = c.awarding_institution_id where e.status = 'COMPLETED' and e.registration_uuid like 'bench-%'`

/** Whoever reads one of these asks for what is frozen in it, and gets nothing: they only make the tables as large as in life. */
const applications = `insert into transfer_application (id, learner_id, qualification_id, status, frozen, submitted_at, reasons, updated_at)
  select ${uuid(kind.application, 'n')}, k.learner_id, (select id from qualification order by slug limit 1), 'SUBMITTED', '{}', $3, '[]', $3
  from generate_series(0, $1::int - 1) n join credit_record k on k.id = ${uuid(kind.creditRecord, '$2::int / 2 + n')}`

const uses = `insert into credit_use (id, application_id, credit_record_id, status)
  select ${uuid(kind.use, 'n')}, ${uuid(kind.application, 'n')}, ${uuid(kind.creditRecord, '$2::int / 2 + n')}, 'RESERVED'
  from generate_series(0, $1::int - 1) n`

/** What the gateway keeps of the order with each sync. */
const order = `update course c set next_start = coalesce((select min(r.starts_at) from course_run r where r.course_id = c.id
    and r.complete and not r.cancelled and r.enrolment_closes_at >= $1::timestamptz and r.starts_at > $1::timestamptz), 'infinity')`

/**
 * Fills it in one transaction. `issuer` names the learners' identity provider; `now` is the middle of the runs' times.
 * Afterwards PostgreSQL knows the tables' sizes.
 */
export async function fillDatabase(client: ClientBase, size: Size, issuer: string, now: Date): Promise<void> {
  const regulars = Math.floor(size.enrolments / 2 / ENROLMENTS_OF_REGULARS)
  // Every so many enrolments, and how many of them are completed.
  const [every, completed] = [size.enrolments / size.refunds, (size.creditRecords * 10) / size.enrolments]
  await client.query('begin')
  await client.query(courses, [size.courses, now])
  await client.query(words)
  await client.query(runs, [size.runs, size.courses, now])
  await client.query(order, [now])
  await client.query(learners, [size.learners, issuer, now])
  await client.query(enrolments, [size.enrolments, size.learners, size.runs, now, 10, completed, regulars])
  await client.query(payments, [size.enrolments, now])
  await client.query(refunds, [size.refunds, every, now])
  await client.query(creditRecords, [now])
  await client.query(applications, [size.applications, size.creditRecords, now])
  await client.query(uses, [size.applications, size.creditRecords])
  await client.query(
    `insert into sync_state (list, succeeded_at, report) values ('programs', $1, '[]'), ('runs', $1, '[]') on conflict do nothing`,
    [now],
  )
  await client.query('commit')
  await client.query('vacuum analyze')
}
