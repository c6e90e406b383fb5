/** Reads the processor time of this thread, for bounds that other processes must not break. */

/** So far, in ms: what the machine gives to others meanwhile is not in it. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
