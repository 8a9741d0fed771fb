import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface CollectedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  links: { traceId: string; spanId: string }[];
  attributes: Record<string, unknown>;
  /** The attributes that were sent as integers. */
  integers: Record<string, number>;
  resource: Record<string, unknown>;
  /** The headers of the request that carried the span. */
  requestHeaders: IncomingHttpHeaders;
}
interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number; doubleValue?: number };
}
interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Omit<CollectedSpan, 'service' | 'attributes' | 'integers' | 'resource' | 'requestHeaders'> & {
        attributes: Attribute[];
      })[];
    }[];
  }[];
}

const record = (attributes: readonly Attribute[]) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.doubleValue]),
  );

/** A collector for OTLP over HTTP in JSON that stores the spans it receives. */
export async function startCollector() {
  const spans: CollectedSpan[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      if (req.method !== 'POST' || req.url !== '/v1/traces') return void res.writeHead(404).end();
      const sent = Buffer.concat(chunks);
      const body = req.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      for (const { resource, scopeSpans } of (JSON.parse(body.toString()) as OtlpRequest).resourceSpans)
        for (const scope of scopeSpans)
          spans.push(
            ...scope.spans.map((span) => ({
              ...span,
              service: String(record(resource.attributes)['service.name']),
              attributes: record(span.attributes),
              integers: Object.fromEntries(
                span.attributes.flatMap(({ key, value }) =>
                  value.intValue === undefined ? [] : [[key, Number(value.intValue)]],
                ),
              ),
              resource: record(resource.attributes),
              requestHeaders: req.headers,
            })),
          );
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
