/** Counts and times requests, errors and upstream calls for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** One value of a gauge, read when Prometheus asks. */
export interface Sample {
  labels?: Record<string, string>
  value: number
}

export interface GaugeOptions {
  /** With its unit at the end, e.g. `gateway_job_oldest_age_seconds`. */
  name: string
  help: string
  labelNames?: readonly string[]
  /** A gauge that cannot be read is left out; the others are still shown. */
  read(): Promise<readonly Sample[]> | readonly Sample[]
}

export interface RequestMeasure {
  /** Null for a request without a valid operation. */
  kind: string | null
  operationName: string | null
  codes: readonly string[]
  durationMs: number
}

export interface UpstreamCall {
  upstream: string
  operation: string
  outcome: string
  durationMs: number
}

/** What a caller wants more of than there is for one. */
export type HeldBackReason =
  | 'rate-limit'
  | 'in-flight'
  | 'bad-tokens'
  | 'streams'
  | 'unpaid-holds'
  | 'hold-renewals'
  | 'live-shares'

export interface HeldBack {
  /** A reason, or the upstream whose calls are shared out. */
  by: string
  how: 'queued' | 'refused'
  /** A kind, never a name. */
  caller: string
}

/** Clients choose the names of operations: beyond this many they are counted together, as `other`. */
const KNOWN_OPERATIONS = 300
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export class Metrics {
  readonly registry = new Registry()
  /** By kind, then by name: a key of both would be made for every request. */
  private readonly operations = new Map<string | null, Map<string, { observe(seconds: number): void }>>()
  private operationCount = 0

  private readonly durations = new Histogram({
    name: 'gateway_graphql_request_duration_seconds',
    help: 'Duration of GraphQL requests by operation; its count is the number of requests.',
    labelNames: ['kind', 'operation'],
    buckets: secondsBuckets,
    registers: [this.registry],
  })

  private readonly errors = new Counter({
    name: 'gateway_graphql_errors_total',
    help: 'Errors in GraphQL answers by code.',
    labelNames: ['code'],
    registers: [this.registry],
  })

  private readonly deprecations = new Counter({
    name: 'gateway_graphql_deprecated_uses_total',
    help: 'Requests that ask for a deprecated field, argument or enum value.',
    labelNames: ['coordinate'],
    registers: [this.registry],
  })

  private readonly upstream = new Histogram({
    name: 'gateway_upstream_call_duration_seconds',
    help: 'Duration of calls to other systems by outcome; its count is the number of calls.',
    labelNames: ['upstream', 'operation', 'outcome'],
    buckets: secondsBuckets,
    registers: [this.registry],
  })

  private readonly held = new Counter({
    name: 'gateway_callers_held_back_total',
    help: 'Callers that had to wait for their turn or were refused because of what they use already, by kind of caller.',
    labelNames: ['by', 'how', 'caller'],
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  /** Counts one answered request. */
  request({ kind, operationName, codes, durationMs }: RequestMeasure): void {
    this.durationsOf(kind, operationName).observe(durationMs / 1000)
    for (const code of codes) this.errors.inc({ code })
  }

  private durationsOf(kind: string | null, operationName: string | null) {
    const name = operationName ?? 'unnamed'
    const known = this.operations.get(kind)?.get(name)
    if (known) return known
    const isKept = this.operationCount < KNOWN_OPERATIONS
    const durations = this.durations.labels({ kind: kind ?? 'invalid', operation: isKept ? name : 'other' })
    if (isKept) {
      this.operationCount += 1
      const ofKind = this.operations.get(kind)
      if (ofKind) ofKind.set(name, durations)
      else this.operations.set(kind, new Map([[name, durations]]))
    }
    return durations
  }

  /** Counts one request's use of what the schema calls deprecated, e.g. `Course.oldTitle`. */
  deprecatedUse(coordinate: string): void {
    this.deprecations.inc({ coordinate })
  }

  /** Counts one call to another system. */
  upstreamCall({ upstream, operation, outcome, durationMs }: UpstreamCall): void {
    this.upstream.observe({ upstream, operation, outcome }, durationMs / 1000)
  }

  /** Counts one caller who was held back: by the rate limit, by requests in flight, or by an upstream. */
  heldBack({ by, how, caller }: HeldBack): void {
    this.held.inc({ by, how, caller })
  }

  /** Adds a gauge whose values are read when Prometheus asks: queue depth, pool use, caches, breaker states. */
  addGauge({ name, help, labelNames = [], read }: GaugeOptions): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      async collect() {
        this.reset()
        const samples = await Promise.resolve(read()).catch(() => [])
        for (const { labels = {}, value } of samples) this.set(labels, value)
      },
    })
  }
}
