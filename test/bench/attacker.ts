/** Attacks a gateway in one way for some seconds, as a process of its own. */
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import type { Attack, Way } from './ways.ts'

const attack = JSON.parse(process.argv[2] ?? '{}') as Attack
const endsAt = performance.now() + attack.seconds * 1000
const goesOn = () => performance.now() < endsAt
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** How often each status was answered; 0 for no answer. */
const answered: Record<number, number> = {}
const count = (status: number) => {
  answered[status] = (answered[status] ?? 0) + 1
}
const many = <Value>(amount: number, make: (n: number) => Value) => Array.from({ length: amount }, (_, n) => make(n))

async function send(body: object | string, authorization?: string): Promise<void> {
  try {
    const response = await fetch(`${attack.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(Math.max(1, endsAt - performance.now())),
    })
    for await (const _piece of response.body ?? []);
    count(response.status)
  } catch {
    count(0)
    await pause(10)
  }
}

/** So many connections that each ask again as soon as they are answered. */
const keepSending = (connections: number, body: (n: number) => object | string, authorization?: string) =>
  Promise.all(
    many(connections, async (at) => {
      for (let n = at; goesOn(); n += connections) await send(body(n), authorization)
    }),
  )

const batch = 'query ($i: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $i) { __typename } }'
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
const eligibility = (fields: string) =>
  `query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { ${fields} } }`
const check = (externalCredits: object[]) => ({ i: { qualificationId: attack.qualification, externalCredits } })

/** A question of 2 MB, answered with 99 times as much where nothing forbids it. */
const aliases = () =>
  JSON.stringify({
    query: eligibility(`claims { ${many(99, (n) => `a${n}: title`).join(' ')} }`),
    variables: check([external(0, '15', 'x'.repeat(1_900_000))]),
  })

/** Ends when the attack does, whatever is sent to it until then. */
function neverRead(body: string): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(attack.url)
    const socket = connect({ host: hostname, port: Number(port) })
    const request = `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    socket.pause()
    for (let n = 0; n < 8; n++) socket.write(request)
    socket.on('error', () => count(0))
    setTimeout(() => resolve(void socket.destroy()), Math.max(0, endsAt - performance.now()))
  })
}

async function open(): Promise<void> {
  const socket = new WebSocket(`${attack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  socket.on('unexpected-response', (_request, { statusCode = 0 }) => count(statusCode))
  socket.on('error', () => undefined)
  socket.on('close', (code) => count(code))
  socket.on('open', () => {
    count(101)
    socket.send(JSON.stringify({ type: 'connection_init', payload: {} }))
  })
}

const run: Record<Way, () => Promise<unknown>> = {
  subjects: () => {
    const query = 'query ($f: CourseFilter) { courses(filter: $f) { nodes { id } } }'
    return keepSending(20, (at) => ({
      query,
      variables: { f: { subjects: many(49_000, (n) => `subject ${at} ${n}`) } },
    }))
  },
  batches: () => {
    const courseIds = attack.courses.slice(0, 31)
    const body = JSON.stringify({
      query: batch,
      variables: { i: many(1000, () => ({ qualificationId: attack.qualification, courseIds })) },
    })
    return keepSending(40, () => body)
  },
  aliases: () => {
    const body = aliases()
    return keepSending(10, () => body)
  },
  'never-read': () => {
    const body = aliases()
    return Promise.all(many(10, () => neverRead(body)))
  },
  payments: () => {
    const query = 'mutation ($i: CompletePaymentInput!) { completePayment(input: $i) { userErrors { code } } }'
    return keepSending(
      150,
      () => ({ query, variables: { i: { paymentId: attack.payment } } }),
      `Bearer ${attack.token}`,
    )
  },
  async sockets() {
    for (let n = 0; n < 1200 && goesOn(); n++) {
      open()
      if (n % 50 === 49) await pause(50)
    }
    while (goesOn()) await pause(100)
  },
  async tokens() {
    const [head, body] = attack.token.split('.')
    for (let n = 0; goesOn(); n += 20) {
      for (let more = 0; more < 20; more++) {
        const forged = `${head}.${body}.${Buffer.from(`forged ${n + more}`.padEnd(64)).toString('base64url')}`
        void send({ query: '{ __typename }' }, `Bearer ${forged}`)
      }
      await pause(50)
    }
  },
  documents: () =>
    keepSending(20, (n) => ({
      query: `{ ${many(
        19,
        (at) =>
          `x${at}: course(slug: "${n}") { ${many(45, () => 'id title')
            .join(' ')
            .replace(/id title/g, 'id')} }`,
      ).join(' ')} }`.replace(/(id ){20,}/g, 'id title slug level subject language weeks '.repeat(6)),
    })),
  search: () => {
    const query = eligibility('outcome')
    return keepSending(20, (at) => ({
      query,
      variables: check(
        many(15, (n) => external(n, `${5 + ((n * 7 + at) % 30)}.${10 + ((n * 37 + at) % 89)}`, `t${n}`)),
      ),
    }))
  },
}

await run[attack.way]()
process.stdout.write(JSON.stringify(answered), () => process.exit(0))
