/** Tests each permission by each kind of caller, and each refusal's words. */
import { describe, expect, it } from '@jest/globals'
import * as permissions from '../../src/auth/permissions.ts'
import { anonymousViewer, memberName, type Viewer } from '../../src/auth/viewer.ts'

const nobody = anonymousViewer('192.0.2.1')
const caller = (roles: Partial<Viewer>): Viewer => ({ ...nobody, key: 'user:issuer|amina', anonymous: false, ...roles })
const amina = {
  id: 'amina',
  issuer: 'issuer',
  subject: 'amina',
  email: 'amina@example.org',
  givenName: 'Amina',
  familyName: 'Diallo',
  displayName: 'Amina Diallo',
  timeZone: null,
}
const harbour = { institutionSlug: 'harbour', institutionId: 'harbour' }
const callers = {
  anonymous: nobody,
  withoutRole: caller({}),
  learner: caller({ learner: amina }),
  otherLearner: caller({ learner: { ...amina, id: 'bram' } }),
  staff: caller({ staff: { subject: 'sofia', displayName: 'Sofia', ...harbour } }),
  machine: caller({ client: { clientId: 'records', ...harbour } }),
  otherStaff: caller({
    staff: { subject: 'otto', displayName: 'Otto', institutionSlug: 'hill', institutionId: 'hill' },
  }),
  operator: caller({ operator: { subject: 'olga', displayName: 'Olga' } }),
}
type Kind = keyof typeof callers
const kinds = Object.keys(callers) as Kind[]

describe('who', () => {
  const members: Kind[] = ['staff', 'machine']
  it.each<[string, (viewer: Viewer) => boolean, Kind[]]>([
    ['is signed in', permissions.isSignedIn, kinds.filter((kind) => kind !== 'anonymous')],
    ['is the owner', (viewer) => permissions.isOwner(viewer, 'amina'), ['learner']],
    ['owns it or operates', (viewer) => permissions.isOwnerOrOperator(viewer, 'amina'), ['learner', 'operator']],
    ['is a learner or operates', permissions.isLearnerOrOperator, ['learner', 'otherLearner', 'operator']],
    ['operates', permissions.isOperator, ['operator']],
    ['is staff', permissions.isStaff, ['staff', 'otherStaff']],
    ['is staff of it', (viewer) => permissions.isStaffOf(viewer, 'harbour'), ['staff']],
    ['is a member of it', (viewer) => permissions.isMemberOf(viewer, 'harbour'), members],
    ['is a member of any', (viewer) => permissions.memberOf(viewer) !== null, [...members, 'otherStaff']],
    ['is a learner', (viewer) => permissions.learnerIdOf(viewer) !== null, ['learner', 'otherLearner']],
  ])('%s', (_who, asked, yes) => {
    expect(kinds.filter((kind) => asked(callers[kind]))).toEqual(yes)
  })

  it.each(kinds)('owns a row that does not say whose it is, or is of its institution: not %s', (kind) => {
    const unsaid = undefined as unknown as string
    expect(permissions.isOwner(callers[kind], unsaid)).toBe(false)
    expect(permissions.isMemberOf(callers[kind], unsaid)).toBe(false)
    expect(permissions.isStaffOf(callers[kind], unsaid)).toBe(false)
  })
})

describe('a refusal', () => {
  const refused = (ask: (viewer: Viewer) => unknown) =>
    Object.fromEntries(
      kinds.flatMap((kind) => {
        try {
          ask(callers[kind])
          return []
        } catch (error) {
          return [[kind, (error as Error).message]]
        }
      }),
    )
  const signIn = 'Sign in first: send a bearer token in the Authorization header.'
  const learners = 'Only learners may do this.'
  const noLearner = {
    anonymous: signIn,
    withoutRole: learners,
    staff: learners,
    machine: learners,
    otherStaff: learners,
  }
  const operators = 'Only operators may do this.'
  const members = "Only an institution's staff and machines may do this."

  it.each<[string, (viewer: Viewer) => unknown, Partial<Record<Kind, string>>]>([
    ['of what learners do', permissions.requireLearner, { ...noLearner, operator: learners }],
    ['of what learners and operators do', permissions.requireLearnerOrOperator, noLearner],
    [
      'of what the owner does',
      (viewer) => permissions.requireOwner(viewer, 'amina'),
      { ...noLearner, operator: learners, otherLearner: 'This belongs to another learner.' },
    ],
    [
      'of what the owner and operators do',
      (viewer) => permissions.requireOwnerOrOperator(viewer, 'amina'),
      { ...noLearner, otherLearner: 'This belongs to another learner.' },
    ],
    [
      'of what operators do',
      permissions.requireOperator,
      {
        anonymous: signIn,
        withoutRole: operators,
        learner: operators,
        otherLearner: operators,
        staff: operators,
        machine: operators,
        otherStaff: operators,
      },
    ],
    [
      'of what institutions do',
      permissions.requireAnyMember,
      { anonymous: signIn, withoutRole: members, learner: members, otherLearner: members, operator: members },
    ],
  ])('%s says why', (_what, ask, expected) => {
    expect(refused(ask)).toEqual(expected)
  })

  it('is UNAUTHENTICATED for those without a token, and FORBIDDEN for the rest', () => {
    expect(() => permissions.requireOperator(callers.anonymous)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    )
    expect(() => permissions.requireOperator(callers.learner)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
})

it('a member is called by the name of the person, a machine by its id', () => {
  expect(memberName(permissions.requireAnyMember(callers.staff))).toBe('Sofia')
  expect(memberName(permissions.requireAnyMember(callers.machine))).toBe('records')
})
