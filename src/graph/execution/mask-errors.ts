/** Masks unexpected errors for clients and logs each one whole, once. */
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { isStoreAway, isStoreSlow } from '../../values/store-away.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import { badUserInput, ErrorCode, GraphError, internalError, upstreamUnavailable } from '../contract/errors.ts'
import { protocolError } from './protocol-error.ts'
import { type GraphRequest, RequestEnded } from './request.ts'

/** Where faults are written: the request's own log, or the server's before there is a request. */
export interface FaultLog {
  error(details: object, message: string): void
}

/** What the client hears PostgreSQL called, and how long it is asked to wait, in seconds: a restart takes about as long. */
const STORE = 'store'
const STORE_IS_BACK_AFTER_SECONDS = 3

/** The error that was thrown, under whatever graphql-js or Apollo put around it. */
function thrownBy(error: unknown): unknown {
  let thrown = error
  while (thrown instanceof GraphQLError && !(thrown instanceof GraphError) && thrown.originalError) {
    thrown = thrown.originalError
  }
  return thrown
}

/** type-graphql and scalars throw GraphQLErrors with this code; their extensions can echo the whole input. */
function isForeignInputError(thrown: unknown): thrown is GraphQLError {
  return thrown instanceof GraphQLError && thrown.extensions?.code === ErrorCode.BadUserInput
}

/** Name of an argument that became null or missing through its variable, which only execution can see. */
function misfitArgument(thrown: unknown): string | null {
  if (!(thrown instanceof GraphQLError)) return null
  return /^Argument "(\w+)" (of |has invalid value)/.exec(thrown.message)?.[1] ?? null
}

/**
 * What the client hears of anything thrown: never a stack, SQL, an input or a secret.
 * `log` hears of unexpected faults only.
 */
export function publicError(error: unknown, correlationId: string, log: FaultLog, details: object = {}): GraphError {
  const thrown = thrownBy(error)
  if (thrown instanceof GraphError) return thrown
  if (isUpstreamFailure(thrown)) return upstreamUnavailable(thrown.upstream, thrown.retryAfterSeconds)
  if (isStoreAway(thrown) || isStoreSlow(thrown)) {
    // The client goes on, by asking again; connections are opened anew by whoever asks next.
    log.error({ ...details, correlationId, err: thrown }, 'the store does not answer')
    return upstreamUnavailable(STORE, STORE_IS_BACK_AFTER_SECONDS)
  }
  const argument = misfitArgument(thrown)
  if (argument !== null) return badUserInput(`The value given for the argument "${argument}" does not fit.`, argument)
  if (isForeignInputError(thrown)) return badUserInput('Some values do not fit what the field expects.')
  // No fault: it was told to stop.
  if (!(thrown instanceof RequestEnded)) log.error({ ...details, correlationId, err: thrown }, 'unexpected fault')
  return internalError(correlationId)
}

/** The public error at the place in document and answer where it arose. */
function placed(shown: GraphError, { nodes, path }: GraphQLError): GraphQLError {
  return new GraphQLError(shown.message, { nodes, path, originalError: shown, extensions: shown.extensions })
}

/** Errors of one execution, fit to be sent. One fault that emptied many fields is logged once. */
export function maskErrors(errors: readonly GraphQLError[], request: GraphRequest): GraphQLError[] {
  const shownOf = new Map<unknown, GraphError>()
  return errors.map((error) => {
    const thrown = thrownBy(error)
    let shown = shownOf.get(thrown)
    if (shown === undefined) {
      const details = { operationName: request.facts.operationName, path: error.path?.join('.') }
      shown = publicError(error, request.correlationId, request.log, details)
      shownOf.set(thrown, shown)
    }
    request.facts.codes.push(shown.code)
    return placed(shown, error)
  })
}

/** Whether nothing that was asked for is in the answer. */
const isEmpty = (data: object) => Object.values(data).every((value) => value === null)

/**
 * The refusal that an answer comes to; null when it is an answer. One that holds nothing because the store is away is none:
 * clients and balancers are to see by its status that it is worth asking again.
 */
export function refusalOf({ data, errors = [] }: ExecutionResult): GraphError | null {
  const refusals = errors.map(thrownBy).filter((thrown) => thrown instanceof GraphError)
  if (data === undefined) return refusals[0] ?? null
  if (refusals.length < errors.length || (data !== null && !isEmpty(data))) return null
  return refusals.every(({ extensions }) => extensions.upstream === STORE) ? (refusals[0] ?? null) : null
}

/** The errors of an answer, as Apollo wants them to choose status and headers when it comes to a refusal. */
export function withStatus(result: ExecutionResult): ExecutionResult {
  const refusal = refusalOf(result)
  if (refusal === null || !result.errors) return result
  const http = { status: refusal.status, headers: refusal.headers }
  const errors = result.errors.map((error) => {
    const { message, nodes, path, extensions } = error
    const originalError = thrownBy(error) as Error
    return new GraphQLError(message, { nodes, path, originalError, extensions: { ...extensions, http } })
  })
  return { ...result, errors }
}

/** Apollo's codes for what is wrong with a request before any resolver runs; clients and tools know them. */
export const protocolCodes: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
])

/** Apollo's last look at every error: execution's are masked already, the protocol's pass, anything else is a fault. */
export function formatterOf(log: FaultLog, makeId: () => string) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const thrown = thrownBy(error)
    // Apollo gives some of ours a code of its own.
    if (thrown instanceof GraphError) return { ...formatted, extensions: thrown.extensions }
    const { message, locations, path } = formatted
    const given = formatted.extensions?.code
    if (protocolCodes.has(given)) {
      const { message: short, extensions } = protocolError(error, message, given)
      return { message: short, locations, extensions: { ...extensions } }
    }
    if (message === 'Unsupported persisted query version' || message === 'provided sha does not match query') {
      return { message, extensions: { code: 'BAD_REQUEST' } }
    }
    const shown = publicError(error, makeId(), log)
    return { message: shown.message, path, extensions: shown.extensions }
  }
}
