/** Runs the limit to compare with: Fastify and one prepared statement a question. */
import { fastify as createFastify } from 'fastify'
import pg from 'pg'
import type { Claim, TransferCheck } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'

const [port, databaseUrl] = process.argv.slice(2)
// Each statement is planned once, as in the gateway.
const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, options: '-c plan_cache_mode=force_generic_plan' })
const fastify = createFastify({ logger: false })

// The inner limit tells the planner what a page is, as in the gateway's lists.
const catalogue = `select json_build_object('nodes', coalesce(json_agg(json_build_object('id', c.id, 'slug', c.slug, 'title', c.title,
    'level', c.level, 'credit', json_build_object('amount', c.credit_amount::text, 'scheme', c.credit_scheme, 'level', c.credit_level,
    'framework', c.credit_framework), 'nextRun', n.run) order by c.next_start, c.id), '[]'))::text as answer
  from (select * from (select * from course c where c.withdrawn_at is null order by c.next_start, c.id limit 101) c limit $1) c
  left join lateral (select json_build_object('id', r.id, 'startsAt', r.starts_at, 'endsAt', r.ends_at,
      'price', json_build_object('amountMinor', r.price_minor, 'currency', r.currency)) as run
    from course_run r where r.course_id = c.id and r.complete and not r.cancelled and r.starts_at > now()
      and r.enrolment_closes_at >= now() order by r.starts_at, r.id limit 1) n on true`

const dashboard = `select json_build_object('nodes', coalesce(json_agg(json_build_object('id', e.id, 'status', e.status,
    'run', json_build_object('id', r.id, 'startsAt', r.starts_at, 'endsAt', r.ends_at,
      'course', json_build_object('id', c.id, 'slug', c.slug, 'title', c.title)),
    'payment', case when p.id is null then null else json_build_object('id', p.id, 'status', p.status,
      'amount', json_build_object('amountMinor', p.amount_minor, 'currency', p.currency), 'refunds', f.refunds) end,
    'creditRecord', case when k.id is null then null else json_build_object('id', k.id, 'status', k.status, 'awardedOn', k.awarded_on,
      'grade', k.grade::text, 'credit', json_build_object('amount', k.credit_amount::text, 'scheme', k.credit_scheme)) end)
    order by e.id desc), '[]'))::text as answer
  from (select * from enrolment where learner_id = (select id from learner where subject = $1 and issuer = $2) order by id desc limit $3) e
  join course_run r on r.id = e.run_id join course c on c.id = r.course_id
  left join payment p on p.id = e.payment_id
  left join lateral (select coalesce(json_agg(json_build_object('id', x.id, 'status', x.status,
      'amount', json_build_object('amountMinor', x.amount_minor, 'currency', x.currency)) order by x.id), '[]') as refunds
    from refund x where x.payment_id = p.id) f on true
  left join credit_record k on k.enrolment_id = e.id`

async function one(name: string, text: string, values: unknown[]): Promise<string> {
  const { rows } = await pool.query<{ answer: string }>({ name, text, values })
  return rows[0]!.answer
}

fastify.get<{ Querystring: { first: string } }>('/catalogue', async ({ query }, reply) =>
  reply.type('application/json').send(await one('catalogue', catalogue, [Number(query.first)])),
)
fastify.get<{ Querystring: { first: string; learner: string; issuer: string } }>(
  '/dashboard',
  async ({ query }, reply) =>
    reply
      .type('application/json')
      .send(await one('dashboard', dashboard, [query.learner, query.issuer, Number(query.first)])),
)
fastify.get('/typename', async (_request, reply) => reply.type('application/json').send('{"__typename":"Query"}'))

type Terms = Omit<TransferCheck, 'claims' | 'asOf'>

const ground = `select json_build_object('qualification', json_build_object('id', q.id, 'kind', q.kind, 'totalCredit', q.total_credit::text,
    'levels', q.levels), 'participating', i.participating, 'policy', (select json_build_object('effectiveFrom', p.effective_from,
    'effectiveTo', p.declared_effective_to, 'agreement', p.agreement, 'maxCredit', p.max_credit::text, 'levelCaps', p.level_caps,
    'granularity', p.granularity::text, 'acceptedLevels', p.accepted_levels, 'higherLevelCountsLower', p.higher_level_counts_lower,
    'minimumGrade', p.minimum_grade::text, 'maximumAgeYears', p.maximum_age_years, 'overAge', p.over_age, 'requiresCmf', p.requires_cmf,
    'requiresIdentityVerification', p.requires_identity_verification, 'recognisedAwardingBodies', p.recognised_awarding_bodies,
    'subjects', p.subjects, 'freeChoiceMax', p.free_choice_max::text, 'allowedCourses', p.allowed_courses, 'exclusions', p.exclusions,
    'clauses', p.clauses) from transfer_policy p where p.qualification_id = q.id and p.effective_from <= current_date
    order by p.effective_from desc limit 1)) as answer
  from qualification q join institution i on i.id = q.institution_id where q.id = $1`

const claims = `select json_agg(json_build_object('ref', k.id, 'source', 'CREDIT_RECORD', 'title', k.facts->>'courseTitle',
    'awardingBody', k.facts->>'awardingBodySlug', 'amount', k.credit_amount::text, 'scheme', k.credit_scheme, 'level', k.credit_level,
    'framework', k.credit_framework, 'awardedOn', k.awarded_on, 'grade', k.grade::text, 'identityVerified', k.identity_verified,
    'cmf', k.facts->>'cmf', 'subject', k.facts->>'subject', 'course', k.facts->>'courseSlug') order by k.id) as answer
  from credit_record k where k.id = any($1::uuid[])
    and not exists (select 1 from credit_use u where u.credit_record_id = k.id and u.status is not null)`

/** The same reads and the same engine as the gateway's question. */
fastify.get<{ Querystring: { qualification: string; records: string } }>('/eligibility', async ({ query }, reply) => {
  const [terms, claimed] = await Promise.all([
    pool.query<{ answer: Terms }>({ name: 'ground', text: ground, values: [query.qualification] }),
    pool.query<{ answer: Claim[] }>({ name: 'claims', text: claims, values: [query.records.split(',')] }),
  ])
  const decision = decideTransfer({
    ...terms.rows[0]!.answer,
    claims: claimed.rows[0]!.answer,
    asOf: new Date().toISOString().slice(0, 10),
  })
  const { outcome, transferable, potential, remaining } = decision
  return reply.type('application/json').send(
    JSON.stringify({
      outcome,
      transferable,
      potential,
      remaining,
      claims: decision.claims.map(({ ref, status, counted, placedAtLevel, findings }) => ({
        ref,
        status,
        counted,
        placedAtLevel,
        findings: findings.map(({ rule, status: found, message }) => ({ rule, status: found, message })),
      })),
    }),
  )
})

await fastify.listen({ host: '127.0.0.1', port: Number(port) })
