import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import type { CallRequest } from '@bramble/contracts/call';

/** What one run of load is; passed as JSON in the first argument, so that the load has a process of its own. */
export interface LoadPlan {
  url: string;
  seconds: number;
  connections: number;
  /** Sent in turn. With `fresh`, each POST carries a new Idempotency-Key. */
  requests: {
    method: CallRequest['method'];
    path: string;
    body?: string;
    headers?: Readonly<Record<string, string>>;
    fresh?: boolean;
  }[];
}
export interface LoadResult {
  perSecond: number;
  p50: number;
  p99: number;
  ok: number;
  failed: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const result = await autocannon({
  url: plan.url,
  duration: plan.seconds,
  connections: plan.connections,
  requests: plan.requests.map(({ fresh, ...request }) => ({
    ...request,
    ...(fresh
      ? {
          setupRequest: (prepared: autocannon.Request) => ({
            ...prepared,
            headers: { ...prepared.headers, 'idempotency-key': randomUUID() },
          }),
        }
      : {}),
  })),
});
const answer: LoadResult = {
  perSecond: result['2xx'] / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  ok: result['2xx'],
  failed: result.non2xx + result.errors + result.timeouts,
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
