/** Cuts a client off when it takes nothing of its answer for too long. */
import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'

/** A phone that loses its network for a moment comes back within it, in ms; what is not read is held in memory meanwhile. */
export const UNREAD_MS = 30_000

/** Whether the kernel did not take all that was written. */
export function isUnread(response: ServerResponse): boolean {
  return response.writableLength > 0 && !response.destroyed
}

/**
 * Resolves once all that was written is taken or the connection is closed, which happens when no byte of it is taken for
 * `patienceMs`. To be called only when something is left: what fits into the kernel's buffer needs no timer.
 */
export function untilRead(response: ServerResponse, patienceMs: number): Promise<void> {
  const { socket } = response
  return new Promise((resolve) => {
    // The socket's own timer starts again whenever a part of what is written has been taken.
    socket?.setTimeout(patienceMs)
    const late = () => response.destroy()
    response.on('timeout', late)
    const done = () => {
      response.off('timeout', late).off('drain', done).off('finish', done).off('close', done)
      // After the last answer the server sets the time for the next request itself.
      if (!response.writableFinished) socket?.setTimeout(0)
      resolve()
    }
    response.on('drain', done).on('finish', done).on('close', done)
  })
}

/** Hears of each message that waits to be taken; ends the connection when none of them is for so long. */
export function unreadCutter(socket: WebSocket, unreadMs: number): (taken: Promise<void>) => void {
  let waiting = 0
  let late: NodeJS.Timeout | undefined
  const begin = () => {
    clearTimeout(late)
    if (waiting > 0) late = setTimeout(() => socket.terminate(), unreadMs)
  }
  return (taken) => {
    waiting += 1
    if (waiting === 1) begin()
    taken.then(() => {
      waiting -= 1
      begin()
    })
  }
}
