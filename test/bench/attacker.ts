/** Attacks a gateway in one way for some seconds, as a process of its own. */
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { AttackerRequests, pause } from './attacker-requests.ts'
import type { Attack, Way } from './ways.ts'

const attack = JSON.parse(process.argv[2] ?? '{}') as Attack
const requests = new AttackerRequests(attack.url, attack.seconds)
const signedIn = `Bearer ${attack.token}`
const many = <Value>(amount: number, make: (n: number) => Value) => Array.from({ length: amount }, (_, n) => make(n))
const question = (query: string, variables: object = {}) => JSON.stringify({ query, variables })

const batch = 'query ($i: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $i) { __typename } }'
/** Of courses as if they were passed. */
function batchOf(checks: number): string {
  const courseIds = attack.courses.slice(0, 31)
  return question(batch, { i: many(checks, () => ({ qualificationId: attack.qualification, courseIds })) })
}

const external = (n: number, amount: string, title: string) => ({
  ref: `r${n}`,
  title,
  awardingBody: 'somewhere',
  amount,
  scheme: 'CATS',
  level: 6 + (n % 2),
  framework: 'FHEQ',
  awardedOn: '2026-01-31',
})
const eligibility = (fields: string, externalCredits: object[]) =>
  question(`query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { ${fields} } }`, {
    i: { qualificationId: attack.qualification, externalCredits },
  })
const aliased = (count: number, field: string) => many(count, (n) => `a${n}: ${field}`).join(' ')

const facets = 'facets { subjects { value count } levels { value } languages { value } awardingInstitutions { value } }'
const filtered = (n: number) =>
  question(
    `query ($s: String, $f: CourseFilter) { courses(first: 100, search: $s, filter: $f) { totalCount ${facets} } }`,
    {
      s: `learning credit practice ${n}`,
      f: { subjects: many(50, (at) => `subject ${n} ${at}`), languages: many(20, (at) => (at ? `x-${at}` : 'en')) },
    },
  )

/** Asks one thing after the other, whatever is sent to it until the attack is over. */
async function neverRead(body: string): Promise<void> {
  const { hostname, port } = new URL(attack.url)
  const socket = connect({ host: hostname, port: Number(port) })
  const request = `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  socket.pause()
  socket.on('error', ({ code }: NodeJS.ErrnoException) => requests.count(`cut ${code}`))
  for (let n = 0; n < 8; n++) socket.write(request, () => requests.count('sent'))
  await pause(requests.leftMs)
  socket.destroy()
}

/** A WebSocket that says hello; what its closing or refusal was is counted. */
function open(payload: object, onAcknowledged?: (socket: WebSocket) => void): void {
  const socket = new WebSocket(`${attack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  socket.on('unexpected-response', (_request, { statusCode }) => requests.count(`${statusCode}`))
  socket.on('error', ({ message }) => requests.count(`cut: ${message}`))
  socket.on('close', (code) => requests.count(`closed ${code}`))
  socket.on('open', () => {
    requests.count('opened')
    socket.send(JSON.stringify({ type: 'connection_init', payload }))
  })
  socket.on('message', (data) => {
    const { type, payload: told } = JSON.parse(String(data))
    if (type === 'error') requests.count(`error ${told[0]?.extensions?.code}`)
    else if (type === 'connection_ack') onAcknowledged?.(socket)
  })
}

/** Starts as many as may be on one socket, and ends them again. */
async function churn(socket: WebSocket): Promise<void> {
  const query = `subscription { enrolmentUpdated(enrolmentId: "${attack.enrolment}") { id } }`
  for (let round = 0; requests.goesOn && socket.readyState === WebSocket.OPEN; round++) {
    const ids = many(50, (n) => `${round}-${n}`)
    for (const id of ids) socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }))
    requests.count('50 started')
    await pause(50)
    for (const id of ids) socket.send(JSON.stringify({ id, type: 'complete' }))
    await pause(10)
  }
}

async function openAll(amount: number, openOne: () => void): Promise<void> {
  for (let n = 0; n < amount && requests.goesOn; n++) {
    openOne()
    if (n % 50 === 49) await pause(50)
  }
  await pause(requests.leftMs)
}

const run: Record<Way, () => Promise<unknown>> = {
  subjects: () => {
    const query = 'query ($f: CourseFilter) { courses(filter: $f) { nodes { id } } }'
    const bodies = many(20, (at) => question(query, { f: { subjects: many(49_000, (n) => `subject ${at} ${n}`) } }))
    return requests.keepSending(20, (n) => bodies[n % bodies.length] as string)
  },
  filters: () => requests.keepSending(20, filtered),
  batches: () => {
    const body = batchOf(1000)
    return requests.keepSending(40, () => body)
  },
  'small-batches': () => {
    const body = batchOf(90)
    return requests.keepSending(40, () => body)
  },
  aliases: () => {
    // Refused by its length, and the longest that there may be.
    const [long, allowed] = [1_900_000, 200].map((length) =>
      eligibility(`claims { ${aliased(99, 'title')} }`, [external(0, '15', 'x'.repeat(length))]),
    ) as [string, string]
    return requests.keepSending(10, (n) => (n % 2 ? long : allowed))
  },
  'never-read': () => {
    const body = question(`{ courses(first: 100) { nodes { ${aliased(99, 'description')} } } }`)
    return Promise.all(many(10, () => neverRead(body)))
  },
  clauses: () => {
    const claims = many(5, (n) => external(n, '15', `t${n}`)).map((claim) => ({ ...claim, level: 4 }))
    const body = eligibility(`explanation policy { ${aliased(90, 'clauses { text }')} }`, claims)
    return requests.keepSending(20, () => body)
  },
  payments: () => {
    const query = 'mutation ($i: CompletePaymentInput!) { completePayment(input: $i) { userErrors { code } } }'
    const body = question(query, { i: { paymentId: attack.payment } })
    return requests.keepSending(150, () => body, signedIn)
  },
  sockets: () => openAll(1200, () => open({})),
  subscriptions: () => openAll(50, () => open({ authorization: signedIn }, churn)),
  async tokens() {
    const [head, body] = attack.token.split('.')
    for (let n = 0; requests.goesOn; n += 20) {
      for (let more = 0; more < 20; more++) {
        const forged = `${head}.${body}.${Buffer.from(`forged ${n + more}`.padEnd(64)).toString('base64url')}`
        void requests.send(question('{ __typename }'), `Bearer ${forged}`)
      }
      await pause(50)
    }
  },
  shares: () => {
    const query = 'mutation ($i: ShareCreditInput!) { shareCredit(input: $i) { userErrors { code } } }'
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
    const i = { creditRecordIds: [attack.record], expiresAt }
    const body = (n: number) => question(query, { i: { ...i, idempotencyKey: `${attack.url} ${n}` } })
    return requests.keepSending(20, body, signedIn)
  },
  documents: () => {
    const fields = 'id title slug level subject language withdrawnAt '.repeat(15)
    const body = (n: number) =>
      question(`{ ${many(19, (at) => `x${at}: course(slug: "${n}") { ${fields} }`).join(' ')} }`)
    return requests.keepSending(20, body)
  },
  search: () =>
    requests.keepSending(20, (at) =>
      eligibility(
        'outcome',
        many(15, (n) => external(n, `${5 + ((n * 7 + at) % 30)}.${10 + ((n * 37 + at) % 89)}`, `t${n}`)),
      ),
    ),
}

await run[attack.way]()
process.stdout.write(JSON.stringify(requests.answered), () => process.exit(0))
