import { CallError } from '@bramble/contracts/call-error';
import { catalogApi } from '@bramble/contracts/catalog';
import { gatewayApi } from '@bramble/contracts/gateway';
import { ordersApi } from '@bramble/contracts/orders';
import { allPages, createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';

/** Between two questions to a cluster. */
export const INTERVAL_MS = 250;

/** The shop's public door, with what the cluster test asks of it besides. */
export function openShop(url: string, { keepAlive = false } = {}) {
  const shop = createShopClient(url, { keepAlive });
  const limit = 100;
  return {
    ...shop,
    products: () =>
      allPages((cursor) => shop.call(catalogApi.list, { query: { sort: 'newest', limit, cursor } })),
    orders: (token: string) =>
      allPages((cursor) => shop.call(ordersApi.list, { token, query: { limit, cursor } })),
    /** Events that a service gave up. */
    async deadLetters(token: string): Promise<string[]> {
      const letters = await allPages((cursor) =>
        shop.call(gatewayApi.deadLetters, { token, query: { limit, cursor } }),
      );
      return letters.map(
        ({ stream, group, type, key, error }) => `${stream} ${group} ${type} ${key}: ${error}`,
      );
    },
    buy: (token: string, productId: string) =>
      shop.placeOrder(token, { items: [{ productId, quantity: 1 }] }),
    /** Waits until an order has come to its end; answers it. */
    settled: (token: string, id: string, seconds = 60) =>
      shop.orderReaches(token, id, { timeout: seconds * 1000, interval: INTERVAL_MS }),
    /** Waits until every service is up. */
    isHealthy: () =>
      waitFor(() => shop.call(gatewayApi.health), {
        until: ({ status }) => status === 'ok',
        timeout: 180_000,
        interval: INTERVAL_MS,
        what: 'a healthy shop',
      }),
  };
}
export type Shop = ReturnType<typeof openShop>;

/** What a log search or a reader needs besides an error's message: the correlation id, or the cause of a broken connection. */
const detailOf = (error: unknown): string =>
  error instanceof CallError
    ? (error.correlationId ?? '')
    : error instanceof Error && error.cause !== undefined
      ? String(error.cause)
      : '';

/** Requests at a steady rate until stopped; answers how many were sent and what went wrong with each that failed. */
export function steadyLoad(perSecond: number, request: (n: number) => Promise<unknown>) {
  const failures: string[] = [];
  const running: Promise<void>[] = [];
  let sent = 0;
  const timer = setInterval(() => {
    const n = sent++;
    running.push(
      request(n).then(
        () => undefined,
        (error: unknown) => {
          failures.push(`${new Date().toISOString()} request ${n}: ${String(error)} ${detailOf(error)}`);
        },
      ),
    );
  }, 1000 / perSecond);
  return async (): Promise<{ sent: number; failures: string[] }> => {
    clearInterval(timer);
    await Promise.all(running);
    return { sent, failures };
  };
}
