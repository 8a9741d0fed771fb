import type { TraceContext } from './trace-context';

export type Attributes = Readonly<Record<string, string | number>>;

/** As OpenTelemetry numbers them. */
export const spanKinds = { server: 2, client: 3, producer: 4, consumer: 5 } as const;
export type SpanKind = keyof typeof spanKinds;

export interface FinishedSpan {
  context: TraceContext;
  parent: TraceContext | undefined;
  links: readonly TraceContext[];
  name: string;
  kind: SpanKind;
  /** Milliseconds since 1970, fractions included. */
  startedAt: number;
  endedAt: number;
  attributes: Attributes;
  error: string | undefined;
}

const AT_MOST = 4_096;
const BATCH = 512;
const EVERY_MS = 2_000;
const LIMIT_MS = 5_000;

const nanos = (ms: number) => `${Math.round(ms * 1_000)}000`;
const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
  }));

const toJson = (span: FinishedSpan) => ({
  traceId: span.context.traceId,
  spanId: span.context.spanId,
  ...(span.parent ? { parentSpanId: span.parent.spanId } : {}),
  name: span.name,
  kind: spanKinds[span.kind],
  startTimeUnixNano: nanos(span.startedAt),
  endTimeUnixNano: nanos(span.endedAt),
  attributes: attributesOf(span.attributes),
  links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
  status: span.error === undefined ? {} : { code: 2, message: span.error },
});

/**
 * Sends finished spans to a collector as OTLP over HTTP in JSON, a few times a minute and never in the way: what a
 * collector does not take in time is dropped. `onTrouble` is told of each batch that was.
 */
export function createExporter(options: {
  endpoint: string;
  serviceName: string;
  instance: string;
  onTrouble: (error: unknown, dropped: number) => void;
}) {
  const url = `${options.endpoint.replace(/\/$/, '')}/v1/traces`;
  const resource = {
    attributes: attributesOf({
      'service.name': options.serviceName,
      'service.instance.id': options.instance,
    }),
  };
  let waiting: FinishedSpan[] = [];
  let dropped = 0;
  let sending: Promise<void> = Promise.resolve();

  const send = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            resourceSpans: [
              { resource, scopeSpans: [{ scope: { name: 'bramble' }, spans: batch.map(toJson) }] },
            ],
          }),
          signal: AbortSignal.timeout(LIMIT_MS),
        });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`the collector answered ${response.status}`);
      } catch (error) {
        options.onTrouble(error, batch.length + dropped);
        dropped = 0;
        // Away: the rest would wait as long, and new spans come.
        return;
      }
    }
  };
  const flush = () => (sending = sending.then(send));
  const timer = setInterval(() => void flush(), EVERY_MS);
  timer.unref();

  return {
    add(span: FinishedSpan): void {
      if (waiting.length < AT_MOST) waiting.push(span);
      else dropped += 1;
    },
    /** Sends what is there, and no more after that. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await flush();
    },
  };
}
