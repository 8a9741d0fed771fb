import type { AnyEvent } from '@bramble/contracts/events';
import { events as eventTable } from '@bramble/contracts/events';
import type { BaseConfig } from '../../base/config';
import type { Logger } from '../logger';
import { createExporter, type Attributes, type SpanKind } from './exporter';
import { formatTraceparent, nextContext, parseTraceparent, type TraceContext } from './trace-context';

export interface SpanStart {
  name: string;
  kind: SpanKind;
  /** The `traceparent` of the span above; empty or malformed: a new trace begins. */
  parent?: string;
  links?: readonly string[];
  attributes?: Attributes;
}
/** Something that takes time. `traceparent` names it to whatever it causes. */
export interface Span {
  readonly traceparent: string;
  /** Once: with what is known at the end, and what went wrong. */
  end(outcome?: { name?: string; attributes?: Attributes; error?: string | undefined }): void;
}
export interface Tracing {
  start(span: SpanStart): Span;
  /**
   * One span for each event of a batch, below the span that made the event and linked to it. `events` carry their own
   * span from here on, so that what is made because of them stands below it.
   */
  processing(
    batch: readonly AnyEvent[],
    group: string,
  ): { events: AnyEvent[]; end: (error?: unknown) => void };
  stop(): Promise<void>;
}

const now = () => performance.timeOrigin + performance.now();
const QUIET_MS = 60_000;

/** Spans to the collector of OTEL_EXPORTER_OTLP_ENDPOINT; undefined when there is none, and then nothing is traced. */
export function createTracing(name: string, config: BaseConfig, log: Logger): Tracing | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share } = config;
  if (endpoint === undefined) return undefined;
  let toldAt = -Infinity;
  const exporter = createExporter({
    endpoint,
    serviceName: name,
    instance: config.SERVICE_INSTANCE,
    onTrouble: (error, dropped) => {
      if (performance.now() - toldAt < QUIET_MS) return;
      toldAt = performance.now();
      log.warn({ err: error, dropped }, 'spans could not be sent');
    },
  });

  const start = ({ name: called, kind, parent, links = [], attributes = {} }: SpanStart): Span => {
    const above = parseTraceparent(parent);
    const context = nextContext(above, Math.random() < share);
    const startedAt = now();
    return {
      traceparent: formatTraceparent(context),
      end(outcome = {}) {
        if (!context.sampled) return;
        exporter.add({
          context,
          parent: above,
          links: links.map(parseTraceparent).filter((link): link is TraceContext => link !== undefined),
          name: outcome.name ?? called,
          kind,
          startedAt,
          endedAt: now(),
          attributes: { ...attributes, ...outcome.attributes },
          error: outcome.error,
        });
      },
    };
  };

  return {
    start,
    processing(batch, group) {
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
      return {
        events: batch.map((event, i) => ({ ...event, traceparent: spans[i]?.traceparent ?? '' })),
        end: (error) => {
          for (const span of spans)
            span.end({
              error: error === undefined ? undefined : error instanceof Error ? error.message : String(error),
            });
        },
      };
    },
    stop: () => exporter.stop(),
  };
}
