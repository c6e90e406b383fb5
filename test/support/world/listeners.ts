/** Waits until a gateway's subscriptions are listening. */

/** How many listen there. */
export async function listenersAt(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^gateway_open_streams\{kind="streams"\} (\d+)$/m.exec(text)?.[1])
}

/** Comes back once so many more listen than `before`. */
export async function untilListening(url: string, before: number, more = 1): Promise<void> {
  while ((await listenersAt(url)) < before + more);
}
