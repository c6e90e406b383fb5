/** Tests that imports run one way and the environment is read once. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { cyclesIn, importsOf, importsOfSource, objection } from './import-rule.ts'

const imports = importsOfSource()

describe('the source', () => {
  it('imports only as the house allows: transfers, credit, enrolments, their three, institutions, tools', () => {
    const broken = [...imports].flatMap(([from, to]) => to.map((one) => objection(from, one)).filter(Boolean))
    expect(broken).toEqual([])
  })

  it('goes round nowhere, types included', () => {
    expect(cyclesIn(imports)).toEqual([])
  })

  it('imports files that exist, and is read whole', () => {
    const missing = [...imports].flatMap(([from, to]) =>
      to.filter((one) => !imports.has(one) && !one.endsWith('.json')).map((one) => [from, one]),
    )
    expect(missing).toEqual([])
    expect(imports.get('src/open-upstreams.ts')).toContain('src/adapters/stripe/stripe-provider.ts')
    expect(imports.get('src/app.ts')).toContain('src/observability/otlp-traces.ts')
  })

  it('reads the environment in config.ts alone; the sandboxes are programs of their own', () => {
    // A text that names it, as bundlers are told of it, reads nothing.
    const code = (file: string) => readFileSync(file, 'utf8').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, '')
    const readers = globSync('src/**/*.ts')
      .filter((file) => file !== 'src/config.ts' && !file.startsWith('src/sandbox/'))
      .filter((file) => /\bprocess\s*(\.\s*env\b|\[)|import\s*\{[^}]*\benv\b/.test(code(file)))
    expect(readers).toEqual([])
  })
})

describe('the rule', () => {
  it.each([
    ['src/courses/course.ts', 'src/payments/payment.ts'],
    ['src/payments/payment.ts', 'src/enrolments/enrolment.ts'],
    ['src/institutions/resolver.ts', 'src/courses/course.ts'],
    ['src/credit/resolver.ts', 'src/transfers/claim.ts'],
    ['src/reading/list.ts', 'src/courses/course.ts'],
    ['src/http/server.ts', 'src/learners/loaders.ts'],
    ['src/http/server.ts', 'src/context.ts'],
    ['src/enrolments/enrol.ts', 'src/adapters/stripe/stripe-provider.ts'],
    ['src/enrolments/enrol.ts', 'src/app.ts'],
    ['src/adapters/stripe/stripe-event.ts', 'src/payments/payment.ts'],
    ['src/adapters/stripe/stripe-event.ts', 'src/graph/contract/errors.ts'],
    ['src/sandbox/world.ts', 'src/values/money.ts'],
    ['src/values/money.ts', 'src/graph/contract/errors.ts'],
    ['src/credit/resolver.ts', 'src/sandbox/page.ts'],
    ['src/surprise/new.ts', 'src/courses/course.ts'],
  ])('%s may not import %s', (from, to) => {
    expect(objection(from, to)).toContain(`${from} imports ${to}`)
  })

  it.each([
    ['src/transfers/claim.ts', 'src/courses/course.ts'],
    ['src/payments/payment.ts', 'src/context.ts'],
    ['src/adapters/stripe/stripe-event.ts', 'src/payments/payment-provider.ts'],
    ['src/adapters/stripe/stripe-event.ts', 'src/adapters/upstream-call.ts'],
    ['src/app.ts', 'src/adapters/stripe/stripe-provider.ts'],
  ])('%s may import %s', (from, to) => {
    expect(objection(from, to)).toBeNull()
  })

  it('finds a round of any length, and every way of importing', () => {
    const round = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
    ])
    expect(cyclesIn(round)).toEqual([['a', 'b', 'c', 'a']])
    const text = `import type {\n  A,\n} from './a.ts'\nexport * from '../b/b.ts'\nimport './c.ts'\nconst d = await import('./d.ts')`
    expect(importsOf('src/x/x.ts', text)).toEqual(['src/x/a.ts', 'src/b/b.ts', 'src/x/c.ts', 'src/x/d.ts'])
  })
})
