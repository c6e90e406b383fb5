/** Tests that net.Server's close ends an http.Server's listener and cuts nobody. */
import { once } from 'node:events'
import { createServer, Server } from 'node:http'
import { type AddressInfo, connect, Server as NetServer } from 'node:net'
import { expect, it } from '@jest/globals'

it('net.Server.prototype.close on an http.Server lets a connection that has asked nothing yet ask and be answered', async () => {
  const server = createServer((_request, response) => response.end('here'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const early = connect(port, '127.0.0.1')
  await Promise.all([once(server, 'connection'), once(early, 'connect')])
  const over = new Promise<void>((resolve) => Reflect.apply(NetServer.prototype.close, server, [() => resolve()]))
  expect(server.listening).toBe(false)
  const [refused] = await once(connect(port, '127.0.0.1'), 'error')
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  early.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [answer] = await once(early, 'data')
  expect(String(answer)).toContain('200 OK')
  await over
})

it('an http.Server has a close of its own, past which that one goes', () => {
  expect(Object.hasOwn(Server.prototype, 'close')).toBe(true)
  expect(Server.prototype).toBeInstanceOf(NetServer)
})
