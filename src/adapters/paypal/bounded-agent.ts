/** Opens connections for PayPal's SDK that end once an answer is too large. */
import { type AgentOptions, type ClientRequest, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'

/** As the agent that Node uses when none is named. */
const options: AgentOptions = { keepAlive: true, scheduling: 'lifo', timeout: 5000 }

/**
 * The SDK collects whatever comes and has no limit of its own, so it is counted where it arrives. `mostBytes` is for one
 * answer with its headers; the request of one that has more fails with `tooLarge`.
 */
export function boundedAgent(baseUrl: string, mostBytes: number, tooLarge: () => Error): HttpAgent {
  const agent = baseUrl.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options)
  const taken = new WeakMap<Duplex, number>()
  const connect = agent.createConnection.bind(agent)
  const reuse = agent.reuseSocket.bind(agent)
  agent.createConnection = (target, callback) => {
    const socket = connect(target, callback)
    socket?.on('data', (chunk: Buffer) => {
      const bytes = (taken.get(socket) ?? 0) + chunk.byteLength
      taken.set(socket, bytes)
      if (bytes > mostBytes) socket.destroy(tooLarge())
    })
    return socket
  }
  agent.reuseSocket = (socket: Duplex, request: ClientRequest) => {
    taken.set(socket, 0)
    reuse(socket, request)
  }
  return agent
}
