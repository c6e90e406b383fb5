/** Tests that executed operations answer the same data and errors, compiled or not. */
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  type Answer,
  type SmallServer,
  smallExecutor,
  smallSchema,
  startSmallServer,
} from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

/** The answers of graphql-js and of what was compiled to the same question. */
async function bothAnswers(query: string, variables?: object): Promise<[Answer, Answer]> {
  const answers: Answer[] = []
  for (const enabled of [false, true]) {
    const schema = smallSchema()
    const executor = smallExecutor(schema, { compile: { enabled, atUse: 1 } })
    server = await startSmallServer({ schema, executor })
    answers.push(await server.ask(query, variables, { 'x-correlation-id': 'same-for-both' }))
    await server.close()
  }
  return answers.map(({ headers: _headers, ...rest }) => withoutTheClock(rest as Answer)) as [Answer, Answer]
}

/** The answer but for what is left of the budget, which goes with the clock. */
function withoutTheClock(answer: Answer): Answer {
  const { cost, ...others } = (answer.extensions ?? {}) as { cost?: object }
  return { ...answer, extensions: { ...others, cost: { ...cost, budgetRemaining: null } } }
}

describe('a compiled query', () => {
  it.each<[string, string, object?]>([
    ['plain fields', '{ hello item(id: "7") { id name labels __typename } }'],
    [
      'defaults of variables',
      'query Q($name: String = "Ada", $day: Day = "2026-02-03") { hello(name: $name) day(day: $day) }',
    ],
    ['defaults of arguments', 'query Q($name: String) { hello(name: $name) day }'],
    ['an explicit null', 'query Q($name: String) { hello(name: $name) }', { name: null }],
    [
      'inputs with scalars of ours',
      'query Q($wish: Wish!) { echo(wish: $wish) }',
      { wish: { name: 'x', when: '2026-05-06', inner: { name: 'y' } } },
    ],
    ['literals of our scalars', '{ day(day: "2026-07-08") echo(wish: { name: "x", when: "2026-07-08" }) }'],
    ['a null for what may not be null', 'query Q($n: String = "a") { echo(wish: { name: $n }) }', { n: null }],
    ['a variable named like a prototype', 'query Q($__proto__: String) { hello(name: $__proto__) __proto__: hello }'],
    [
      'variables inside a literal',
      'query Q($n: String!, $when: Day) { echo(wish: { name: $n, when: $when }) }',
      { n: 'x' },
    ],
    [
      'skip and include',
      'query Q($yes: Boolean!, $no: Boolean = false) { a: hello @include(if: $yes) b: hello @skip(if: $yes) c: hello @include(if: $no) }',
      { yes: true },
    ],
    [
      'fragments and aliases',
      '{ one: items(first: 2) { ...P } } fragment P on ItemConnection { nodes { id ...N } } fragment N on Item { notes { text } }',
    ],
    ['a fault in one field', '{ hello broken }'],
    ['a fault in a field that may not be null', '{ hello brokenStrict { value other } }'],
    ['a refusal in a field', '{ hello refused }'],
    ['an upstream that does not answer', '{ hello outside }'],
    ['an error that echoes its input', '{ echoed }'],
    [
      'a variable of the wrong type',
      'query Q($first: Int) { items(first: $first) { totalCount } }',
      { first: 'many secrets' },
    ],
    ['a missing variable', 'query Q($id: ID!) { item(id: $id) { name } }', {}],
    ['an unknown enum value', 'query Q($wish: Wish!) { echo(wish: $wish) }', { wish: { name: 'x', colour: 'BLUE' } }],
    ['an unknown input field', 'query Q($wish: Wish!) { echo(wish: $wish) }', { wish: { name: 'x', nmae: 'hunter2' } }],
  ])('answers as graphql-js does: %s', async (...[, query, variables]) => {
    const [interpreted, compiled] = await bothAnswers(query, variables)
    expect(compiled).toEqual(interpreted)
  })

  it('writes whatever a text may hold so that it reads the same', async () => {
    const schema = smallSchema()
    const executor = smallExecutor(schema, { compile: { atUse: 1 } })
    server = await startSmallServer({ schema, executor })
    const odd = ['"', '\\', '\n\t\u0001\u001f', '\u007f\u2028\u2029', 'é–漢', '😀', '\ue000\ufffd', '</script>']
    for (const name of [...odd, odd.join(' ')]) {
      const { data } = await server.ask('query Q($name: String) { hello(name: $name) }', { name })
      expect(data).toEqual({ hello: `hello ${name}` })
    }
    expect(executor.compiledQueries.size).toBe(1)
  })

  it('is compiled at its third use, and never twice', async () => {
    const schema = smallSchema()
    const executor = smallExecutor(schema)
    server = await startSmallServer({ schema, executor })
    const sizes: number[] = []
    for (let use = 1; use <= 4; use += 1) {
      await server.ask('{ hello }')
      sizes.push(executor.compiledQueries.size)
    }
    expect(sizes).toEqual([0, 0, 1, 1])
  })

  it('takes bounded room', async () => {
    const schema = smallSchema()
    const executor = smallExecutor(schema, { compile: { atUse: 1, maximum: 5 } })
    server = await startSmallServer({ schema, executor })
    for (let n = 1; n <= 20; n += 1) await server.ask(`query Q${n} { hello }`)
    expect(executor.compiledQueries.size).toBe(5)
  })

  it('runs in graphql-js when the switch is off, and mutations always do', async () => {
    const schema = smallSchema()
    const off = smallExecutor(schema, { compile: { enabled: false } })
    server = await startSmallServer({ schema, executor: off })
    for (let use = 1; use <= 4; use += 1) await server.ask('{ hello }')
    expect(off.compiledQueries.size).toBe(0)
    await server.close()
    const on = smallExecutor(schema, { compile: { atUse: 1 } })
    server = await startSmallServer({ schema, executor: on })
    expect((await server.ask('mutation { add(name: "x") { name } }')).data).toEqual({ add: { name: 'item x' } })
    expect(on.compiledQueries.size).toBe(0)
  })
})

describe('an error', () => {
  it('of ours is masked, quoted by its correlation id, and logged whole once', async () => {
    server = await startSmallServer()
    const answer = await server.ask('query Faulty { a: broken hello }', {}, { 'x-correlation-id': 'trace-12345' })
    expect(answer.status).toBe(200)
    expect(answer.data).toEqual({ a: null, hello: 'hello world' })
    expect(answer.errors).toEqual([
      {
        message: 'Something went wrong on our side. Quote trace-12345.',
        path: ['a'],
        locations: [{ line: 1, column: 16 }],
        extensions: { code: 'INTERNAL', correlationId: 'trace-12345' },
      },
    ])
    const faults = server.lines.filter(({ level }) => level === 'error')
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({
      correlationId: 'trace-12345',
      operationName: 'Faulty',
      path: 'a',
      err: { stack: expect.any(String) },
    })
  })

  it('of an upstream names it and says when to come back', async () => {
    server = await startSmallServer()
    const { errors, data } = await server.ask('{ outside hello }')
    expect(data).toEqual({ outside: null, hello: 'hello world' })
    expect(errors?.[0]?.extensions).toEqual({ code: 'UPSTREAM_UNAVAILABLE', upstream: 'paypal', retryAfterSeconds: 7 })
    expect(JSON.stringify(errors)).not.toContain('secret address')
  })

  it('that echoes its input loses the echo', async () => {
    server = await startSmallServer()
    const { errors } = await server.ask('{ echoed }')
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect(JSON.stringify(errors)).not.toContain('hunter2')
  })

  it.each<[string, object, string, string[]]>([
    [
      'a whole number',
      { name: 'x', count: 'four' },
      'Variable "$wish" does not fit at "wish.count": Expected a whole number of at most 32 bits.',
      ['wish', 'count'],
    ],
    [
      'a missing field',
      { inner: { count: 1 }, name: 'x' },
      'Variable "$wish" does not fit at "wish.inner": Field "name" of required type "String!" was not provided.',
      ['wish', 'inner'],
    ],
    [
      'an enum',
      { name: 'x', colour: 'hunter2' },
      'Variable "$wish" does not fit at "wish.colour": Expected one of RED, GREEN.',
      ['wish', 'colour'],
    ],
    [
      'a scalar of ours',
      { name: 'x', when: 'hunter2' },
      'Variable "$wish" does not fit at "wish.when": Expected type "Day".',
      ['wish', 'when'],
    ],
  ])('in a variable says where and what was expected: %s', async (_name, wish, message, field) => {
    server = await startSmallServer()
    const answer = await server.ask('query Q($wish: Wish!) { echo(wish: $wish) }', { wish })
    expect(answer.status).toBe(400)
    expect(answer.errors).toEqual([{ message, extensions: { code: 'BAD_USER_INPUT', field } }])
    expect('data' in answer).toBe(false)
  })

  it('in the document itself has a code', async () => {
    server = await startSmallServer()
    const codeOf = async (query: string, extra: object = {}) =>
      (await server.ask(query, extra)).errors?.[0]?.extensions.code
    expect(await codeOf('{ hello')).toBe('GRAPHQL_PARSE_FAILED')
    expect(await codeOf('{ goodbye }')).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(await codeOf('{ items(first: "x") { totalCount } }')).toBe('BAD_USER_INPUT')
    expect(await codeOf('query A { hello } query B { hello }')).toBe('BAD_USER_INPUT')
  })
})
