/** Every list of the schema that is paged: how to ask for a page of it, who may, and a world in which all have entries. */
import { reconcile } from '../../src/payments/reconcile.ts'
import { answerOf, awarded, qualificationId } from './awarded.ts'
import { enrol, inDays, linked, newKey, newRun, paid, requestRefund } from './study.ts'
import type { World } from './world.ts'

/** One paged list. `ask` wraps the connection, e.g. `courses(first: 2) { … }`, in a document. */
export interface PagedList {
  /** `Type.field`, as in the schema. */
  name: string
  persona: string | null
  /** Whether it also pages from its end. */
  backward: boolean
  document(connection: string): string
  /** Takes the connection out of the answer. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
  take(data: any): Connection
}

export interface Connection {
  edges: { cursor: string; node: Record<string, unknown> }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  totalCount: number
}

/** The innermost object that has edges. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
function innermost(data: any): Connection {
  if (data?.edges) return data
  const inner = Object.values(data ?? {}).find((value) => value !== null && typeof value === 'object')
  if (inner === undefined) throw new Error(`no connection in ${JSON.stringify(data)}`)
  return innermost(Array.isArray(inner) ? inner[0] : inner)
}

const learnerLists = ['enrolments', 'creditRecords', 'creditShares', 'transferApplications']
const operatorLists = ['enrolments', 'payments', 'refunds', 'stuckEnrolments', 'reconciliations']

/** Makes entries for all lists, and answers with the lists. */
export async function pagedLists(world: World): Promise<PagedList[]> {
  const pia = await linked(world, 'pia')
  const record = await awarded(world, pia)
  for (const more of ['EUR', 'GBP', 'USD']) {
    const run = await newRun(world, { price: { minor: 10_000, currency: more } })
    const { enrolmentId } = await paid(world, pia, run.id)
    await world.settle()
    await requestRefund(world, pia, enrolmentId)
  }
  await enrol(world, pia, (await newRun(world)).id)
  const share = await shares(world, pia, record)
  const northmoor = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  const input = { qualificationId: northmoor, creditRecordIds: [record], idempotencyKey: newKey() }
  await answerOf(
    world,
    pia,
    'mutation ($i: ApplyForTransferInput!) { applyForTransfer(input: $i) { userErrors { code } } }',
    {
      i: input,
    },
  )
  for (let times = 0; times < 3; times += 1) await reconcile(world.app.systemContext('paged-lists'), { apply: false })
  return listed(pia, share, northmoor)
}

/** Four shares; the first one's id, looked at three times. */
async function shares(world: World, persona: string, record: string): Promise<string> {
  const document =
    'mutation ($i: ShareCreditInput!) { shareCredit(input: $i) { creditShare { id code } userErrors { message } } }'
  const made: { id: string; code: string }[] = []
  for (let times = 0; times < 4; times += 1) {
    const i = { creditRecordIds: [record], expiresAt: inDays(9), idempotencyKey: newKey() }
    const { creditShare } = (await answerOf(world, persona, document, { i })) as { creditShare: (typeof made)[number] }
    made.push(creditShare)
  }
  const { id, code } = made[0] as (typeof made)[number]
  for (const member of ['registrar', 'registrar-2', 'institution-client']) {
    await answerOf(world, member, 'query ($code: String!) { creditShare(code: $code) { id } }', { code })
  }
  return id
}

function listed(pia: string, share: string, northmoor: string): PagedList[] {
  const list = (name: string, persona: string | null, backward: boolean, open = '{ ', close = ' }'): PagedList => ({
    ...{ name, persona, backward, take: innermost },
    document: (connection) => `${open}${connection}${close}`,
  })
  const dryRun: PagedList = {
    ...list('TransferPolicyDryRun.cases', 'registrar-2', false),
    document: (connection) => {
      const [, page = '', selection = ''] = /^cases(?:\((.*?)\))? (\{[\s\S]*)$/.exec(connection) ?? []
      const policy = `input: { qualificationId: "${northmoor}", effectiveFrom: "2040-01-01", agreement: AUTOMATIC,
        acceptedLevels: [], maxCredit: "1" }`
      return `{ transferPolicyDryRun(${policy} ${page}) { cases ${selection.replace('{ id }', '{ application { id } }')} } }`
    },
  }
  return [
    ...['institutions', 'courses', 'qualifications'].map((field) => list(`Query.${field}`, null, true)),
    list('Institution.qualifications', null, true, '{ institution(slug: "the-open-university") { ', ' } }'),
    list('Course.runs', null, true, '{ course(slug: "evidence-based-coaching") { ', ' } }'),
    list('Course.countsTowards', null, false, '{ course(slug: "evidence-based-coaching") { ', ' } }'),
    list(
      'Qualification.transferPolicies',
      null,
      true,
      `{ node(id: "${northmoor}") { ... on Qualification { `,
      ' } } }',
    ),
    ...learnerLists.map((field) => list(`Learner.${field}`, pia, true, '{ viewer { learner { ', ' } } }')),
    list('InstitutionStaff.transferApplications', 'registrar-2', true, '{ viewer { staff { ', ' } } }'),
    list('InstitutionClient.transferApplications', 'institution-client-2', true, '{ viewer { client { ', ' } } }'),
    ...operatorLists.map((field) => list(`Operator.${field}`, 'operator', false, '{ viewer { operator { ', ' } } }')),
    list('CreditShare.accesses', pia, false, `{ node(id: "${share}") { ... on CreditShare { `, ' } } }'),
    {
      ...list('Reconciliation.corrections', 'operator', false),
      document: (connection) => `{ viewer { operator { reconciliations(first: 1) { nodes { ${connection} } } } } }`,
    },
    dryRun,
  ]
}

/** One page of a list: `args` as GraphQL writes them, without the parentheses. */
export const pageOf = ({ name, document }: PagedList, args: string): string => {
  const field = name.slice(name.indexOf('.') + 1)
  const node = field === 'accesses' ? '{ at by }' : field === 'corrections' ? '{ note }' : '{ id }'
  return document(
    `${field}${args ? `(${args})` : ''} { edges { cursor node ${node} } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
  )
}
