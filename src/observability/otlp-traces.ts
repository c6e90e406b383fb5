/** Sends OpenTelemetry traces to a collector over OTLP when one is configured. */
import {
  type Attributes,
  context,
  defaultTextMapGetter,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { SpanFacts, Tracing } from './tracing.ts'

const serviceName = 'microcredential-gateway'

function fail(span: Span): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/**
 * Starts tracing to the collector at `endpoint`, e.g. http://localhost:4318. The context is the process's: once per process.
 * Errors are marked and not described: their text can hold what no trace may.
 */
export function openOtlpTraces(endpoint: string): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  // Nothing is propagated on: upstreams are not told of our traces.
  provider.register({ propagator: null })
  const propagator = new W3CTraceContextPropagator()
  const tracer = provider.getTracer(serviceName)
  return {
    request(name, headers, facts) {
      const caller = propagator.extract(context.active(), headers, defaultTextMapGetter)
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: facts }, caller)
      const inside = trace.setSpan(caller, span)
      return {
        run: (next) => context.with(inside, next),
        end(status) {
          span.setAttribute('http.response.status_code', status)
          if (status >= 500) fail(span)
          span.end()
        },
      }
    },
    step: (name, facts, work) => step(tracer.startActiveSpan.bind(tracer), name, facts, work),
    past(name, facts, durationMs, failed) {
      const startTime = Date.now() - durationMs
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: facts, startTime })
      if (failed) fail(span)
      span.end()
    },
    close: () => provider.shutdown(),
  }
}

type StartActive = <Result>(name: string, options: { attributes: Attributes }, work: (span: Span) => Result) => Result

function step<Result>(
  start: StartActive,
  name: string,
  attributes: SpanFacts,
  work: () => Promise<Result>,
): Promise<Result> {
  return start(name, { attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      fail(span)
      throw error
    } finally {
      span.end()
    }
  })
}
