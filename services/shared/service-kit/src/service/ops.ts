import type { RequestListener } from 'node:http';
import type { Metrics } from '../observe/metrics';

export interface OpsOptions {
  metrics: Metrics;
  notReady: () => Promise<string | undefined>;
  alive: () => boolean;
}

/**
 * The second port: /livez (the process answers), /readyz (the service may get requests; otherwise the reason),
 * /metrics.
 */
export const opsListener = ({ metrics, notReady, alive }: OpsOptions): RequestListener => {
  const answer = async (path: string): Promise<{ status: number; type: string; body: string }> => {
    if (path === '/livez')
      return { status: alive() ? 200 : 503, type: 'text/plain', body: alive() ? 'alive\n' : 'stopped\n' };
    if (path === '/readyz') {
      const reason = await notReady();
      return reason === undefined
        ? { status: 200, type: 'text/plain', body: 'ready\n' }
        : { status: 503, type: 'text/plain', body: `not ready: ${reason}\n` };
    }
    if (path === '/metrics')
      return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
    return { status: 404, type: 'text/plain', body: 'livez, readyz or metrics\n' };
  };
  return (req, res) => {
    answer((req.url ?? '/').split('?')[0] ?? '/')
      .catch((error: unknown) => ({ status: 500, type: 'text/plain', body: `${String(error)}\n` }))
      .then(({ status, type, body }) => res.writeHead(status, { 'content-type': type }).end(body))
      .catch(() => res.destroy());
  };
};
