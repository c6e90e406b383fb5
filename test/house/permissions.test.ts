/** Roles are read in src/auth alone: who may do what is said in one place. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { viewerReads } from './viewer-reads.ts'

/** Who reads roles beside src/auth, and why that decides nothing about who may. At most ten. */
const ALLOWED: readonly { file: string; roles: string[]; why: string }[] = [
  {
    file: 'src/institutions/own-roles.ts',
    roles: ['client', 'operator', 'staff'],
    why: 'Shows callers their own roles.',
  },
  {
    file: 'src/graph/limits/admission.ts',
    roles: ['client', 'router'],
    why: 'Machines have a larger rate limit than people.',
  },
  {
    file: 'src/graph/limits/trusted-documents.ts',
    roles: ['client', 'learner', 'operator', 'router', 'staff'],
    why: 'Which kinds of callers may send any document is for the configuration to say.',
  },
]

describe('the source', () => {
  const files = globSync('src/**/*.ts').toSorted()
  const readers = files
    .map((file) => ({ file, ...viewerReads(readFileSync(file, 'utf8')) }))
    .filter(({ file }) => !file.startsWith('src/auth/'))

  it('reads no role outside src/auth, but for those who are allowed to: permissions are asked', () => {
    const found = readers.filter(({ roles }) => roles.length > 0).map(({ file, roles }) => ({ file, roles }))
    const allowed = ALLOWED.map(({ file, roles }) => ({ file, roles }))
    expect(found).toEqual(allowed.toSorted((one, other) => (one.file < other.file ? -1 : 1)))
    expect(ALLOWED.length).toBeLessThanOrEqual(10)
  })

  it('calls every property that holds a viewer so, and has looked at those that do', () => {
    expect(readers.filter(({ otherNames }) => otherNames.length > 0)).toEqual([])
    expect(viewerReads(readFileSync('src/auth/permissions.ts', 'utf8')).roles).toEqual([
      'client',
      'learner',
      'operator',
      'router',
      'staff',
    ])
  })
})

describe('a read is seen', () => {
  it.each([
    ['by name', 'viewer.operator !== null', 'operator'],
    ['of a context', 'const id = context.viewer.learner?.id', 'learner'],
    ['of whatever holds it', 'this.request.viewer?.staff', 'staff'],
    ['by a quoted name', `context['viewer']!['client']`, 'client'],
    ['by a computed name', 'context.viewer[role]', '…'],
    ['by a constant', 'const v = context.viewer; v.learner', 'learner'],
    ['by a constant of a constant', 'const v = context.viewer\nconst w = v\nw.staff', 'staff'],
    ['by a constant used before it is declared', 'const f = () => v.client\nconst v = context.viewer', 'client'],
    ['by a variable that is assigned later', 'let v = null\nv = context.viewer\nv.staff', 'staff'],
    ['by destructuring', 'const { learner, key } = context.viewer', 'learner'],
    ['by destructuring under another name', 'const { operator: boss } = viewer', 'operator'],
    ['by destructuring into what is there', '({ staff: a } = context.viewer)', 'staff'],
    ['by nested destructuring', 'const { viewer: { learner } } = context', 'learner'],
    ['by nested destructuring with a default', 'const { viewer: { client } = nobody } = context', 'client'],
    ['by the rest', 'const { key, ...roles } = context.viewer', '…'],
    ['after destructuring under another name', 'const { viewer: v } = context\nv.operator', 'operator'],
    ['by a parameter', 'function f({ viewer }: Context) { return viewer.staff }', 'staff'],
    ['by a parameter taken apart', 'const f = ({ viewer: { learner } }: Context) => learner', 'learner'],
    ['by a parameter with a default', 'function f({ viewer: { operator } }: Context = g()) {}', 'operator'],
    ['by a typed parameter', 'function f(caller: Viewer) { return caller.client }', 'client'],
    ['by a typed parameter taken apart', 'const f = ({ staff, key }: Viewer) => staff', 'staff'],
    ['by a parameter that may be missing', 'function f(caller?: Viewer | null) { return caller?.staff }', 'staff'],
    ['by a parameter of a method', 'class A { ask(caller: Readonly<Viewer>) { return caller.learner } }', 'learner'],
    ['by a type that a context names', `const f = ({ client }: Context['viewer']) => client`, 'client'],
    ['by the type of a value', 'const f = (v: typeof context.viewer) => v.staff', 'staff'],
    [
      'by an imported type under another name',
      `import type { Viewer as V } from './a.ts'\nconst f = (v: V) => v.staff`,
      'staff',
    ],
    ['by an imported type in its place', `const f = (v: import('./viewer.ts').Viewer) => v.staff`, 'staff'],
    ['by an alias of the type', 'type Caller = Viewer & { at: Date }\nconst f = (c: Caller) => c.learner', 'learner'],
    [
      'by an interface upon it',
      'interface Caller extends Viewer {}\nconst f = ({ operator }: Caller) => operator',
      'operator',
    ],
    ['by a type parameter', 'function f<V extends Viewer>(v: V) { return v.operator }', 'operator'],
    ['by the type of the function', 'const f: (v: Viewer) => boolean = ({ staff }) => staff !== null', 'staff'],
    ['by a cast', '(caller as Viewer).staff', 'staff'],
    [
      'by a property of another name',
      'class A { constructor(private readonly who: Viewer) {}\nf() { return this.who.staff } }',
      'staff',
    ],
    ['by a property of an object', 'const asked = { by: context.viewer }\nasked.by.learner', 'learner'],
    ['of what was waited for', '(await authenticate(header)).operator', 'operator'],
    ['of what a function makes', 'const v = anonymousViewer(ip)\nv.learner', 'learner'],
    ['of either of two', '(context.viewer ?? nobody).client', 'client'],
    ['of a copy', 'const copy = { ...context.viewer }\ncopy.staff', 'staff'],
    ['of a copy by a call', 'Object.assign({}, context.viewer).staff', 'staff'],
    ['of one of several', 'for (const { staff } of [context.viewer]) use(staff)', 'staff'],
    ['by a callback', '[context.viewer].map((v) => v.client)', 'client'],
    ['by asking whether it is there', `'operator' in context.viewer`, 'operator'],
    ['by listing', 'Object.entries(context.viewer)', '…'],
  ])('%s', (_way, text, role) => {
    expect(viewerReads(text).roles).toEqual([role])
  })
})

describe('an innocent is let go', () => {
  it.each([
    ['a field of a row', 'const viewer = context.viewer\nrow.learner\nconst { operator } = row'],
    ['what is not a role', 'const { key, anonymous } = context.viewer\nviewer.key'],
    ['asking permissions', 'if (isOperator(context.viewer)) use(requireLearner(viewer).id)'],
    ['an edge of the graph', 'class Viewer { @Field(() => Learner) learner!: Learner }'],
    ['an answer', 'const f = ({ viewer }) => ({ learner: learnerIdOf(viewer), staff: ownStaff(viewer) })'],
    ['a text', `const query = '{ viewer { learner { id } } }'\nwanted.has('viewer.learner')`],
    ['a connection', 'this.client.end()\nconst of = (viewer: Viewer) => this.client.query(viewer.key)'],
    ['a type', `type Own = Viewer['learner']`],
    ['handing it on', 'const caller = { viewer, correlationId }\nnew GraphRequest(viewer, caller.correlationId)'],
    ['an enrolment of the viewer', 'const enrolment = await viewerEnrolmentOn(context, id)\nenrolment.learner'],
  ])('%s', (_what, text) => {
    expect(viewerReads(text).roles).toEqual([])
  })
})

it('a property of another name that is declared to hold a viewer is named', () => {
  expect(viewerReads('interface A { who: Viewer; viewer: Viewer | null; key: string }').otherNames).toEqual(['who'])
})
