/** Reads from an Accept header whether a client takes server-sent events. */

/** `only`: nothing else; `also`: where there is no other form of the answer. */
export type AcceptedEvents = 'only' | 'also' | 'no'

const eventStream = 'text/event-stream'
const jsonTypes: ReadonlySet<string> = new Set([
  'application/graphql-response+json',
  'application/json',
  'application/*',
  '*/*',
])

/** Events have to be named: who takes anything is given JSON. */
export function acceptedEvents(accept: string | undefined): AcceptedEvents {
  if (accept === undefined || !/text\/event-stream/i.test(accept)) return 'no'
  const taken = accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((piece) => piece.trim()))
    .filter(([, ...parameters]) => !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)))
    .map(([type]) => type ?? '')
  if (!taken.includes(eventStream)) return 'no'
  return taken.some((type) => jsonTypes.has(type)) ? 'also' : 'only'
}
