/** Shows callers the roles that their own token gives them. */
import type { Viewer } from '../auth/viewer.ts'
import { stableUuid } from '../store/stable-uuid.ts'

interface Asking {
  viewer: Viewer
}

/** The caller as staff of an institution; null when they are not. */
export const ownStaff = ({ staff }: Viewer) =>
  staff && { ...staff, id: stableUuid(`staff:${staff.institutionSlug}:${staff.subject}`) }

/** The caller as a machine of an institution; null when it is not. */
export const ownClient = ({ client }: Viewer) => client && { ...client, id: stableUuid(`client:${client.clientId}`) }

/** The caller as an operator; null when they are not. */
export const ownOperator = ({ operator }: Viewer) =>
  operator && { ...operator, id: stableUuid(`operator:${operator.subject}`) }

/** For `node`: the caller's own role by its id, and nobody else's. */
const ownNode =
  (own: (viewer: Viewer) => { id: string } | null) =>
  async ({ viewer }: Asking, uuid: string): Promise<object | null> => {
    const role = own(viewer)
    return role?.id === uuid ? role : null
  }

export const staffNode = ownNode(ownStaff)
export const clientNode = ownNode(ownClient)
export const operatorNode = ownNode(ownOperator)
