import { startCollector } from '@bramble/test-kit/collector';
import { testEnv } from '@bramble/test-kit/env';
import { waitFor } from '@bramble/test-kit/wait-for';
import { baseEnv, loadConfig } from '../src/base/config';
import { currentContext } from '../src/base/request-context';
import { newEvent } from '../src/events/events';
import { createService } from '../src/service/create-service';

const open = async (more: Record<string, string>, trustsCallers = true) => {
  const service = createService({
    name: 'toy',
    config: loadConfig(baseEnv(0), testEnv(more)),
    trustsCallers,
  });
  service.app.get('/seen', (_req, res) => void res.json(currentContext()));
  service.app.get('/broken', (_req, res) => void res.status(500).end());
  const { port } = await service.start();
  const seen = async (headers: Record<string, string> = {}) =>
    (await (await fetch(`http://127.0.0.1:${port}/seen`, { headers })).json()) as { traceparent: string };
  return { service, seen, url: `http://127.0.0.1:${port}` };
};
const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('tracing', () => {
  it('is off unless a collector is configured: trace context is forwarded unchanged', async () => {
    const { service, seen } = await open({});
    expect(service.tracing).toBeUndefined();
    expect((await seen({ traceparent: given })).traceparent).toBe(given);
    expect((await seen()).traceparent).toBe('');
    await service.stop();
  });

  it('sends a span per request and per event, below the one that caused it', async () => {
    const collector = await startCollector();
    const { service, seen, url } = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const { traceparent } = await seen({ traceparent: given });
    await fetch(`${url}/broken`);
    const cause = newEvent({ type: 'product.deleted', payload: { productId: 'p', sellerId: 's' } });
    const batch = service.tracing!.processing([{ ...cause, traceparent }], 'readers');
    expect(batch.events[0]).toMatchObject({ id: cause.id, payload: cause.payload });
    batch.end(new Error('no'));
    await service.stop();
    collector.stop();

    const [request, broken, event] = collector.spans;
    expect(request).toMatchObject({
      service: 'toy',
      resource: { 'service.namespace': 'bramble', 'service.version': '0.1.0' },
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
      kind: 2,
      attributes: { 'http.request.method': 'GET' },
      integers: { 'http.response.status_code': 200 },
    });
    expect(Number(BigInt(request!.endTimeUnixNano) - BigInt(request!.startTimeUnixNano))).toBeGreaterThan(0);
    expect(Math.abs(Number(request!.startTimeUnixNano) / 1e6 - Date.now())).toBeLessThan(60_000);
    expect(traceparent).toBe(`00-${request?.traceId}-${request?.spanId}-01`);
    expect(broken).toMatchObject({ kind: 2, status: { code: 2, message: '500' } });
    expect(broken?.parentSpanId).toBeUndefined();
    expect(event).toMatchObject({
      name: 'process product.deleted',
      kind: 5,
      traceId: request?.traceId,
      parentSpanId: request?.spanId,
      links: [{ traceId: request?.traceId, spanId: request?.spanId }],
      status: { code: 2, message: 'no' },
    });
    expect(batch.events[0]?.traceparent).toBe(`00-${event?.traceId}-${event?.spanId}-01`);
  });

  it('records no span of a trace that its caller does not record', async () => {
    const collector = await startCollector();
    const { service, seen } = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const { traceparent } = await seen({ traceparent: given.replace(/01$/, '00') });
    expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
    const unsampled = await open({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    await unsampled.seen();
    await Promise.all([service.stop(), unsampled.service.stop()]);
    collector.stop();
    expect(collector.spans).toEqual([]);
  });

  it('samples the traces of outside clients by its own share', async () => {
    const collector = await startCollector();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0' };
    const door = await open(env, false);
    const inside = await open(env);
    const fromStranger = await door.seen({ traceparent: given });
    await inside.seen({ traceparent: given });
    await Promise.all([door.service.stop(), inside.service.stop()]);
    collector.stop();
    expect(fromStranger.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
    expect(collector.spans).toHaveLength(1);
  });

  it('follows the standard variables of OpenTelemetry', async () => {
    const collector = await startCollector();
    const standard = {
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=secret',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'renamed',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=attic',
    };
    Object.assign(process.env, standard);
    try {
      const { service, seen } = await open({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      });
      await seen();
      await service.stop();
    } finally {
      for (const name of Object.keys(standard)) delete process.env[name];
    }
    collector.stop();
    expect(collector.spans).toHaveLength(1);
    expect(collector.spans[0]).toMatchObject({
      service: 'renamed',
      resource: { 'deployment.environment.name': 'attic' },
      requestHeaders: { 'x-token': 'secret', 'content-encoding': 'gzip' },
    });
  });

  it('is off when OTEL_SDK_DISABLED says so', async () => {
    const { service } = await open({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_SDK_DISABLED: 'true',
    });
    expect(service.tracing).toBeUndefined();
    await service.stop();
  });

  it('answers requests while its collector is away', async () => {
    const { service, seen } = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    for (let n = 0; n < 20; n++) expect((await seen()).traceparent).not.toBe('');
    await waitFor(() => service.stop().then(() => true));
  });
});
