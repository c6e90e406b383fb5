/** Creates the context of one request or job and ends what belongs to it. */
import type { Viewer } from './auth/viewer.ts'
import type { Context, Parts } from './context.ts'
import type { ContextParts } from './graph/execution/request.ts'
import { RequestReads } from './reading/connection/read-connection.ts'
import { Underway } from './reading/underway.ts'

/** What is made only when asked for is a getter, for most requests never write nor abort. */
export class RequestContext implements Context {
  readonly loads = new Map()
  readonly underway: Underway
  readonly read: Parts['read']
  readonly orm: Parts['orm']
  readonly providers: Parts['providers']
  readonly partner: Parts['partner']
  readonly mail: Parts['mail']
  readonly paymentSubject: Parts['paymentSubject']
  readonly countedCourses: Parts['countedCourses']
  readonly enrolmentsOf: Parts['enrolmentsOf']
  readonly caseDesk: Parts['caseDesk']
  readonly signer: Parts['signer']
  readonly rateLimits: Parts['rateLimits']
  readonly inTurn: Parts['inTurn']
  readonly changesOf: Parts['changesOf']
  readonly publicChanged: Parts['publicChanged']
  readonly heldBack: Parts['heldBack']
  readonly settings: Parts['settings']
  readonly now: Parts['now']
  readonly viewer: Viewer
  readonly correlationId: string
  readonly acceptLanguage: string | null
  private readonly request: ContextParts
  private ownEm: Parts['orm']['em'] | null = null

  constructor(parts: Parts, request: ContextParts) {
    this.underway = new Underway(parts.settings.liveWaitMs)
    this.read = new RequestReads(parts.read, request, this.underway)
    this.orm = parts.orm
    this.providers = parts.providers
    this.partner = parts.partner
    this.mail = parts.mail
    this.paymentSubject = parts.paymentSubject
    this.countedCourses = parts.countedCourses
    this.enrolmentsOf = parts.enrolmentsOf
    this.caseDesk = parts.caseDesk
    this.signer = parts.signer
    this.rateLimits = parts.rateLimits
    this.inTurn = parts.inTurn
    this.changesOf = parts.changesOf
    this.publicChanged = parts.publicChanged
    this.heldBack = parts.heldBack
    this.settings = parts.settings
    this.now = parts.now
    this.viewer = request.viewer
    this.correlationId = request.correlationId
    this.acceptLanguage = request.acceptLanguage ?? null
    this.request = request
  }

  get em() {
    this.ownEm ??= this.orm.em.fork({ clear: true, signal: this.signal, inflightQueryAbortStrategy: 'cancel query' })
    return this.ownEm
  }

  get log() {
    return this.request.log
  }

  get signal() {
    return this.request.signal
  }
}
