/** Tests the stream behind a pino logger, and its destination for bytes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { type DestinationStream, destination, pino, symbols } from 'pino'

it('symbols.streamSym of a pino logger is the stream that its lines go to, past the hook that they pass', () => {
  const lines: string[] = []
  const hooks = { streamWrite: (line: string) => line.replace('secret', '[secret]') }
  const log = pino({ base: null, timestamp: false, hooks }, { write: (line: string) => void lines.push(line) })
  const stream = (log as unknown as Record<symbol, DestinationStream>)[symbols.streamSym] as DestinationStream
  log.info('a secret')
  stream.write('{"level":"info","msg":"a secret"}\n')
  expect(lines).toEqual(['{"level":30,"msg":"a [secret]"}\n', '{"level":"info","msg":"a secret"}\n'])
})

it('a pino destination with contentMode "buffer" takes bytes and writes them in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pino-stream-'))
  try {
    const dest = join(folder, 'log')
    const output = destination({ dest, sync: true, minLength: 1024, contentMode: 'buffer' })
    const { write } = output as unknown as { write(bytes: Buffer): boolean }
    for (const line of ['one\n', 'zwölf\n']) write.call(output, Buffer.from(line))
    output.flushSync()
    expect(await readFile(dest, 'utf8')).toBe('one\nzwölf\n')
    output.end()
  } finally {
    await rm(folder, { recursive: true })
  }
})
