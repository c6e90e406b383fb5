/** Who opens streams: by the same tokens as requests, and for as long as those hold. */
import type { Logger } from 'pino'
import type { Viewer } from '../auth/viewer.ts'

/** How streams learn who asks, and until when. */
export interface StreamCallers {
  authenticate(authorization: string | undefined, address: string): Viewer | Promise<Viewer>
  /** When the caller's token ends, and with it the stream; null for never. */
  expiryOf(viewer: Viewer): Date | null
  log: Logger
}
