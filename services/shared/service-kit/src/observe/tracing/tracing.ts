import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { AnyEvent } from '@bramble/contracts/events';
import { events as eventTable } from '@bramble/contracts/events';
import type { BaseConfig } from '../../base/config';
import type { Logger } from '../logger';
import { formatTraceparent, parseTraceparent } from '../trace-context';
import type { Sdk } from './sdk';

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

interface SpanStart {
  name: string;
  kind: keyof typeof kinds;
  /** The `traceparent` of the parent span; when it is empty or malformed a new trace begins. */
  parent?: string;
  links?: readonly string[];
  attributes?: Attributes;
}
interface SpanOutcome {
  name?: string;
  attributes?: Attributes;
  error?: string | undefined;
}
/** A running span. `traceparent` names it as the parent of further spans. */
export interface Span {
  readonly traceparent: string;
  /** Ends the span, once: with further attributes, and with the error if it failed. */
  end(outcome?: SpanOutcome): void;
}
export interface Tracing {
  /** Loads the OpenTelemetry SDK. Spans that start before are not recorded. */
  load(): Promise<void>;
  start(span: SpanStart): Span;
  /**
   * Starts one span for each event of a batch, below the span that made the event and linked to the batch. `events`
   * carry their span from here on, so that further spans are below it.
   */
  processing(
    batch: readonly AnyEvent[],
    group: string,
  ): { events: AnyEvent[]; end: (error?: unknown) => void };
  stop(): Promise<void>;
}

export interface TracingOptions {
  readonly name: string;
  readonly config: BaseConfig;
  readonly log: Logger;
  readonly trustsCallers: boolean;
}

/**
 * Tracing to the collector that the environment names. Undefined when it names none or sets OTEL_SDK_DISABLED; then
 * nothing is traced and the SDK is not loaded.
 */
export function createTracing(options: TracingOptions): Tracing | undefined {
  const { config } = options;
  const endpoint = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || config.OTEL_SDK_DISABLED) return undefined;
  let sdk: Sdk | undefined;

  async function load(): Promise<void> {
    const { openSdk } = await import('./sdk');
    sdk ??= openSdk(options);
  }

  function start({ name, kind, parent, links = [], attributes = {} }: SpanStart): Span {
    if (sdk === undefined) return { traceparent: parent ?? '', end: () => undefined };
    const span = sdk.tracer.startSpan(
      name,
      { kind: kinds[kind], attributes, links: links.flatMap(linkTo) },
      parentContext(parent),
    );
    const { traceId, spanId, traceFlags } = span.spanContext();

    function end(outcome: SpanOutcome = {}): void {
      if (outcome.name !== undefined) span.updateName(outcome.name);
      if (outcome.attributes !== undefined) span.setAttributes(outcome.attributes);
      if (outcome.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.error });
      span.end();
    }

    return {
      traceparent: formatTraceparent({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
      end,
    };
  }

  function processing(batch: readonly AnyEvent[], group: string) {
    const spans = batch.map((event) =>
      start({
        name: `process ${event.type}`,
        kind: 'consumer',
        parent: event.traceparent,
        links: [event.traceparent],
        attributes: {
          'messaging.system': 'redis',
          'messaging.operation.type': 'process',
          'messaging.destination.name': eventTable[event.type].stream,
          'messaging.consumer.group.name': group,
          'messaging.message.id': event.id,
          'messaging.message.conversation_id': event.correlationId,
        },
      }),
    );

    function end(error?: unknown): void {
      const message =
        error === undefined ? undefined : error instanceof Error ? error.message : String(error);
      for (const span of spans) span.end({ error: message });
    }

    return {
      events: batch.map((event, i) => ({ ...event, traceparent: spans[i]?.traceparent ?? '' })),
      end,
    };
  }

  return { load, start, processing, stop: async () => sdk?.stop() };
}

function parentContext(traceparent: string | undefined): Context {
  const parent = parseTraceparent(traceparent);
  if (parent === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, remoteSpan(parent));
}

function linkTo(traceparent: string): Link[] {
  const linked = parseTraceparent(traceparent);
  return linked === undefined ? [] : [{ context: remoteSpan(linked) }];
}

function remoteSpan({ traceId, spanId, sampled }: { traceId: string; spanId: string; sampled: boolean }) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}
