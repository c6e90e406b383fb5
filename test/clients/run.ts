/** Prints the table of clients and transports; fails where a cell is wrong. */
import { apolloClient, trustedByApollo } from './apollo-client.ts'
import { closeBrowser } from './browser.ts'
import { byCurl, byJava } from './by-hand.ts'
import { CHANGES, type Client, COURSES, ME, TRANSPORTS, type Transport } from './cell.ts'
import { apolloGateway, hiveGateway } from './gateways.ts'
import { graphqlRequest } from './graphql-request.ts'
import { tryKit } from './kit.ts'
import { type LocalWorld, startLocalWorld } from './local-world.ts'
import { relayClient, trustedByRelay } from './relay.ts'
import { graphqlSse, graphqlWs } from './streams.ts'
import { trustedByUrql, urql, urqlGraphcache } from './urql.ts'

const named = process.argv.slice(2)

const clients: Client[] = [
  apolloClient,
  urql,
  urqlGraphcache,
  relayClient,
  graphqlRequest,
  graphqlWs,
  graphqlSse,
  apolloGateway,
  hiveGateway,
  byCurl,
  byJava,
].filter(({ name }) => named.length === 0 || named.includes(name))

/** A client that waits longer hangs. */
const CELL_WITHIN_MS = 15_000

const wrong: string[] = []

async function judge(client: Client, transport: Transport, world: LocalWorld): Promise<string> {
  const cell = client.cells[transport]
  if (typeof cell !== 'function') return `– (${cell.none})`
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('hangs')), CELL_WITHIN_MS)
  try {
    return await Promise.race([cell(world), late])
  } catch (error) {
    wrong.push(
      `${client.name}, ${transport}: ${error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error)}`,
    )
    return 'WRONG'
  } finally {
    clearTimeout(timer)
  }
}

/** All cells of a client, which asks one thing after the other. */
async function row(client: Client, world: LocalWorld): Promise<string[]> {
  const cells = []
  for (const transport of TRANSPORTS) cells.push(await judge(client, transport, world))
  return cells
}

const world = await startLocalWorld([COURSES, ME, CHANGES, ...trustedByApollo, ...trustedByRelay, ...trustedByUrql])
try {
  const rows = await Promise.all(clients.map((client) => row(client, world)))
  const lines = clients.map(({ name }, at) => `| ${name} | ${rows[at]?.join(' | ')} |`)
  console.log(
    [`| client | ${TRANSPORTS.join(' | ')} |`, `| --- |${' --- |'.repeat(TRANSPORTS.length)}`, ...lines].join('\n'),
  )
  const cells = rows.flat()
  const count = (start: string) => cells.filter((cell) => cell.startsWith(start)).length
  console.log(
    `\n${count('right')} right, ${count('refused')} refused by design, ${count('–')} not of the client, ${wrong.length} wrong`,
  )
  await tryKit(world).then(
    () => console.log('The client kit joins pages in Apollo Client and in graphcache.'),
    (error: Error) => wrong.push(`the client kit: ${error.stack}`),
  )
  for (const problem of wrong) console.error(`\n${problem}`)
  process.exitCode = wrong.length > 0 ? 1 : 0
} finally {
  await closeBrowser()
  await world.stop()
}
// Some clients keep connections or timers for ever.
process.exit()
