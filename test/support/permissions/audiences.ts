/** Lists who asks, in circles that the permission matrix names. */

/** Those who ask. Things belong to `owner`, who applied to the institution of `staff` and `machine`, and shared credit with all. */
export const personas = {
  anonymous: null,
  owner: 'learner:mia',
  other: 'grace',
  staff: 'registrar-2',
  foreignStaff: 'registrar',
  machine: 'institution-client-2',
  foreignMachine: 'institution-client',
  operator: 'operator',
  router: 'router',
} as const
export type PersonaName = keyof typeof personas

/** Circles of personas, by the name that the matrix calls them. */
export const audiences = {
  everybody: [
    'anonymous',
    'owner',
    'other',
    'staff',
    'foreignStaff',
    'machine',
    'foreignMachine',
    'operator',
    'router',
  ],
  signedIn: ['owner', 'other', 'staff', 'foreignStaff', 'machine', 'foreignMachine', 'operator', 'router'],
  learners: ['owner', 'other'],
  owner: ['owner'],
  ownerAndOperator: ['owner', 'operator'],
  operator: ['operator'],
  allStaff: ['staff', 'foreignStaff'],
  allMachines: ['machine', 'foreignMachine'],
  institutions: ['staff', 'foreignStaff', 'machine', 'foreignMachine'],
  institution: ['staff', 'machine'],
  staffAndOperator: ['staff', 'operator'],
  parties: ['owner', 'staff', 'machine', 'operator'],
  nobody: [],
} as const satisfies Record<string, readonly PersonaName[]>
export type Audience = keyof typeof audiences
