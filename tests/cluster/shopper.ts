import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { productSchema } from '@bramble/contracts/catalog';
import type { DeadLetter } from '@bramble/contracts/gateway';
import type { orderSchema } from '@bramble/contracts/orders';

export type Order = z.output<typeof orderSchema>;
export type Product = z.output<typeof productSchema>;

const address = {
  name: 'Robin Clustertest',
  line1: '4 Node Lane',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};

/**
 * Someone at the shop's public door. Unless they keep their connections each request opens its own: a reset of an idle one
 * under a request, as a killed pod leaves it, is for clients to repeat, and Node's does not.
 */
export function openShop(url: string, { keepAlive = false } = {}) {
  async function call<T>(
    method: string,
    path: string,
    token?: string,
    body?: object,
    key?: string,
  ): Promise<T> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(keepAlive ? {} : { connection: 'close' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function patiently<T>(
    what: () => Promise<T>,
    done: (value: T) => boolean,
    seconds: number,
  ): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      let last: unknown;
      const value = await what().catch((error: unknown) => {
        last = error;
        return undefined;
      });
      if (value !== undefined && done(value)) return value;
      if (Date.now() > deadline)
        throw new Error(`waited ${seconds} s: ${JSON.stringify(value ?? String(last)).slice(0, 600)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  const token = async (email: string, password: string) =>
    (await call<{ accessToken: string }>('POST', '/api/auth/token', undefined, { email, password }))
      .accessToken;

  /** Every page of a list; `path` ends in `?` or `&`. */
  async function all<T>(path: string, as?: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: T[]; nextCursor: string | null } = await call(
        'GET',
        `${path}limit=100${after}`,
        as,
      );
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  return {
    call,
    token,
    patiently,
    /** A new account with its bearer token. */
    async join(role: 'customer' | 'seller'): Promise<string> {
      const email = `${role}-${randomUUID()}@example.com`;
      const password = randomUUID();
      await call('POST', '/api/auth/signup', undefined, { email, password, name: 'Robin', role });
      return token(email, password);
    },
    offer: async (as: string, title: string, available: number): Promise<Product> =>
      (
        await call<{ product: Product }>('POST', '/api/products', as, {
          title,
          description: 'Made for the cluster test.',
          category: 'toys',
          price: { amount: 500, currency: 'EUR' },
          stock: { available },
        })
      ).product,
    product: async (id: string) => (await call<{ product: Product }>('GET', `/api/products/${id}`)).product,
    products: () => all<Product>('/api/products?sort=newest&'),
    /** Events that a service gave up. */
    deadLetters: async (as: string) =>
      (await all<DeadLetter>('/api/admin/dead-letters?', as)).map(
        ({ stream, group, type, key, error }) => `${stream} ${group} ${type} ${key}: ${error}`,
      ),
    orders: (as: string) => all<Order>('/api/orders?', as),
    order: async (as: string, productId: string, quantity = 1, key: string = randomUUID()): Promise<Order> =>
      (
        await call<{ order: Order }>(
          'POST',
          '/api/orders',
          as,
          {
            items: [{ productId, quantity }],
            shippingAddress: address,
            paymentMethod: { token: 'tok_visa' },
          },
          key,
        )
      ).order,
    /** Waits until an order has come to its end; answers it. */
    settled: (as: string, id: string, seconds = 60): Promise<Order> =>
      patiently(
        async () => (await call<{ order: Order }>('GET', `/api/orders/${id}`, as)).order,
        ({ status }) => ['COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED'].includes(status),
        seconds,
      ),
  };
}
export type Shop = ReturnType<typeof openShop>;

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
          const cause = (error as { cause?: { code?: string } }).cause?.code ?? '';
          failures.push(`${new Date().toISOString()} request ${n}: ${String(error)} ${cause}`);
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
