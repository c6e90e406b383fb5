/** Measures what compression saves in bytes, and costs in requests a second. */
import { median, ROUND_SECONDS, ROUNDS } from './comparison.ts'
import { type Caller, type Contestant, graphql } from './contestants.ts'
import { type Request, type Round, round } from './load.ts'
import { catalogue, dashboard } from './workloads.ts'

/** As clients say it; a client that asks for none must not be slower for those that do. */
const encodings = ['identity', 'gzip', 'br'] as const
const asked = (request: Request, encoding: string): Request => ({
  ...request,
  headers: { ...request.headers, 'accept-encoding': encoding },
})

const page = (query: string, headers: Record<string, string>): Request => graphql(query, { first: 100 }, headers)

/** Requests whose answers are alike, by what they answer. */
const kindsFor = (callers: readonly Caller[]): Readonly<Record<string, readonly Request[]>> => ({
  '100 courses, signed in': callers.map(({ token }) => page(catalogue, { authorization: `Bearer ${token}` })),
  // From many addresses, for one has a rate limit.
  '100 courses, to anybody': callers.map((_, n) => page(catalogue, { 'x-forwarded-for': `10.0.${n >> 8}.${n & 255}` })),
  '100 enrolments': callers.map(({ token }) => page(dashboard, { authorization: `Bearer ${token}` })),
})

/** A line for each kind of answer and encoding. */
export async function bytes(gateway: Contestant, callers: readonly Caller[]): Promise<string> {
  const lines = ['| answer | encoding | bytes | requests/s | : identity | CPU µs |', '|---|---|---|---|---|---|']
  for (const [kind, requests] of Object.entries(kindsFor(callers))) {
    const rounds = new Map<string, Round[]>(encodings.map((encoding) => [encoding, []]))
    for (let number = 0; number <= ROUNDS; number++) {
      for (const encoding of number % 2 ? encodings : encodings.toReversed()) {
        const all = requests.map((request) => asked(request, encoding))
        const one = await round([gateway], all, { seconds: ROUND_SECONDS })
        if (one.wrong > 0) throw new Error(`${kind}, ${encoding}: ${one.wrong} wrong answers`)
        if (number > 0) rounds.get(encoding)?.push(one)
      }
    }
    const plain = rounds.get('identity') ?? []
    for (const encoding of encodings) {
      const its = rounds.get(encoding) ?? []
      const ratio = median(its.map((one, at) => one.requestsPerSecond / (plain[at]?.requestsPerSecond ?? Number.NaN)))
      const size = await lengthOf(gateway, asked(requests[0] as Request, encoding))
      const rate = median(its.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0)
      const cpuUs = median(its.map((one) => one.cpuUs)).toFixed(0)
      lines.push(`| ${[kind, encoding, size, rate, ratio.toFixed(2), cpuUs].join(' | ')} |`)
    }
  }
  return lines.join('\n')
}

/** Of the body as it travels. */
async function lengthOf(gateway: Contestant, { method = 'POST', path, headers, body }: Request): Promise<number> {
  const response = await fetch(`${gateway.url}${path}`, { method, body, headers })
  await response.arrayBuffer()
  return Number(response.headers.get('content-length'))
}
