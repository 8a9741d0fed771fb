import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { authApi } from '@bramble/contracts/auth';
import { catalogApi } from '@bramble/contracts/catalog';
import { deliveryApi, type DeliveryStatus } from '@bramble/contracts/delivery';
import { gatewayApi } from '@bramble/contracts/gateway';
import { ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { type PublicOperation, publicOperations } from '@bramble/contracts/public-operations';
import { usersApi } from '@bramble/contracts/users';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { recordedEnvironment } from '../helpers/recorded-environment';
import { adminToken, shopClient, shopUrl } from './shop';

const shop = shopClient();
/** A picture of one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
let owner: string;
let admin: string;
let adminId: string;

beforeAll(async () => {
  owner = await shop.signUp('seller');
  admin = await adminToken();
  ({ id: adminId } = (await shop.call(authApi.me, { token: admin })).user);
});

/** Operations with an id in their path that find only what belongs to the caller. */
const OF_THE_CALLER = ['endSession'];

/** A change that staff may make by their role, or that may be made to what belongs to another. */
function mayTouchOthers({ id, method, access, params, body }: PublicOperation): boolean {
  if (method === 'get' || access === 'anyone' || access === 'service' || OF_THE_CALLER.includes(id))
    return false;
  if (access !== 'user') return access.some((role) => role === 'admin' || role === 'courier');
  return params !== undefined || (body !== undefined && 'shape' in body && 'orderId' in Object(body.shape));
}

const offered = () => shop.offer(owner, 10);
const ordered = async (card = 'tok_visa') => {
  const { id } = await offered();
  return shop.placeOrder(owner, { items: [{ productId: id, quantity: 1 }], card });
};
async function paid(): Promise<string> {
  const { id } = await ordered();
  await shop.orderReaches(owner, id, { statuses: ['PAID', 'SHIPPED', 'COMPLETED'] });
  return id;
}
async function discounted(): Promise<string> {
  const code = `AUDIT-${randomUUID().slice(0, 8).toUpperCase()}`;
  await shop.call(paymentsApi.createDiscount, { token: admin, body: { code, type: 'percent', value: 100 } });
  return code;
}
async function buried(): Promise<string> {
  const { REDIS_EVENTS_URL = '' } = recordedEnvironment(process.env['BRAMBLE_DATA'] ?? '');
  const redis = new Redis(REDIS_EVENTS_URL);
  const payload = { orderId: randomUUID(), userId: randomUUID(), number: 'BR-DEAD' };
  const fields = {
    ...{ id: randomUUID(), type: 'order.cancelled', version: '1', key: payload.orderId, correlationId: 'c' },
    traceparent: '',
    ...{ occurredAt: new Date().toISOString(), payload: JSON.stringify(payload), group: 'payments' },
    ...{ entryId: '1-1', attempts: '5', error: 'Error: poison', reason: 'handler' },
    failedAt: new Date().toISOString(),
  };
  // Payments moves what an earlier version left in Redis to its database.
  await redis.xadd('orders_stream:dead', '*', ...Object.entries(fields).flat());
  redis.disconnect();
  const id = `orders_stream.payments.${fields.id}`;
  await waitFor(
    async () => {
      const { items } = await shop.call(gatewayApi.deadLetters, { token: admin, query: { limit: 100 } });
      return items.some((letter) => letter.id === id);
    },
    { timeout: 30_000, what: 'the dead letter to be moved' },
  );
  return id;
}
const steps: readonly DeliveryStatus[] = ['PREPARING', 'SHIPPED', 'OUT_FOR_DELIVERY', 'DELIVERED'];

/** One step of a delivery. The demo's courier takes steps too, so the step may have been taken when it is asked for. */
async function stepped(): Promise<string> {
  const orderId = await paid();
  const params = { orderId };
  await waitFor(async () => {
    const { delivery } = await shop.call(deliveryApi.get, { token: admin, params });
    const status = steps[steps.indexOf(delivery.status) + 1] ?? 'DELIVERED';
    await shop.call(deliveryApi.setStatus, { token: admin, params, body: { status } });
    return true;
  });
  return orderId;
}
async function pictured(): Promise<string> {
  const { id } = await offered();
  const form = new FormData();
  form.set('file', new Blob([PNG], { type: 'image/png' }), 'x.png');
  await shop.call(catalogApi.putPicture, { token: admin, params: { id }, form });
  return id;
}

/** Does each operation once as the admin, with something of the owner or of the shop; answers what it was done to. */
const acts: Readonly<Record<string, () => Promise<string>>> = {
  [catalogApi.create.id]: async () => (await shop.offer(admin, 1)).id,
  [catalogApi.patch.id]: async () => {
    const { id, version } = await offered();
    const body = { title: 'Renamed by staff' };
    await shop.call(catalogApi.patch, { token: admin, params: { id }, body, ifMatch: version });
    return id;
  },
  [catalogApi.remove.id]: async () => {
    const { id } = await offered();
    await shop.call(catalogApi.remove, { token: admin, params: { id } });
    return id;
  },
  [catalogApi.refill.id]: async () => {
    const { id } = await offered();
    await shop.call(catalogApi.refill, { token: admin, params: { id }, body: { quantity: 5 } });
    return id;
  },
  [catalogApi.putPicture.id]: pictured,
  [ordersApi.cancel.id]: async () => {
    const { id } = await ordered();
    await shop.call(ordersApi.cancel, { token: admin, params: { id } });
    return id;
  },
  [ordersApi.refund.id]: async () => {
    const id = await paid();
    const body = { amount: { amount: 1, currency: 'EUR' }, reason: 'a scratch' };
    await shop.call(ordersApi.refund, { token: admin, params: { id }, body, idempotencyKey: randomUUID() });
    return id;
  },
  [ordersApi.checkout.id]: async () => {
    const { id: orderId } = await ordered('tok_declined');
    await waitFor(async () => (await shop.order(owner, orderId)).payment.status === 'declined');
    const body = { orderId, paymentMethod: { token: 'tok_visa' } };
    await shop.call(ordersApi.checkout, { token: admin, body, idempotencyKey: randomUUID() });
    return orderId;
  },
  [paymentsApi.createDiscount.id]: discounted,
  [paymentsApi.patchDiscount.id]: async () => {
    const code = await discounted();
    await shop.call(paymentsApi.patchDiscount, { token: admin, params: { code }, body: { value: 50 } });
    return code;
  },
  [paymentsApi.removeDiscount.id]: async () => {
    const code = await discounted();
    await shop.call(paymentsApi.removeDiscount, { token: admin, params: { code } });
    return code;
  },
  [deliveryApi.setStatus.id]: stepped,
  [usersApi.patch.id]: async () => {
    const { user } = await shop.call(authApi.me, { token: await shop.signUp('customer') });
    const body = { roles: ['customer' as const, 'courier' as const] };
    await shop.call(usersApi.patch, { token: admin, params: { id: user.id }, body });
    return user.id;
  },
  [gatewayApi.replayDeadLetter.id]: async () => {
    const id = await buried();
    await shop.call(gatewayApi.replayDeadLetter, { token: admin, params: { id } });
    return id;
  },
};

const entries = async (query: { action?: string; target?: string; from?: string; to?: string }) =>
  (await shop.call(usersApi.audit, { token: admin, query: { actor: adminId, ...query } })).items;

describe('the audit log', () => {
  const audited = publicOperations.filter(mayTouchOthers);

  it('has a case for every change that staff may make', () => {
    expect(Object.keys(acts).sort()).toEqual(audited.map(({ id }) => id).sort());
  });

  it.each(audited.map(({ id }) => id))(
    'has one entry of %s, with its actor, address and change',
    async (action) => {
      const target = (await acts[action]?.()) ?? '';
      const found = await waitFor(() => entries({ action, target }), { until: (all) => all.length > 0 });
      tally('changes by staff without one audit entry', 1, found.length === 1 ? [] : [action]);
      expect(found).toEqual([
        expect.objectContaining({
          actorId: adminId,
          action,
          subject: target,
          address: expect.stringContaining('127.'),
        }),
      ]);
      expect(found[0]?.before ?? found[0]?.after).toEqual(expect.any(Object));
      expect(JSON.stringify(found)).not.toMatch(/tok_|Quince Lane|@/);
    },
  );

  it('has nothing of what the owner does', async () => {
    const { id, version } = await offered();
    await shop.call(catalogApi.patch, {
      token: owner,
      params: { id },
      body: { title: 'Mine' },
      ifMatch: version,
    });
    await shop.call(catalogApi.refill, { token: admin, params: { id }, body: { quantity: 1 } });
    const found = await waitFor(() => entries({ target: id }), { until: (all) => all.length > 0 });
    expect(found.map(({ action }) => action)).toEqual([catalogApi.refill.id]);
  });

  it('is filtered by time, and is a table for who asks for one', async () => {
    const code = await discounted();
    const [entry] = await waitFor(() => entries({ target: code }), { until: (all) => all.length > 0 });
    const { at = '', id = '' } = entry ?? {};
    expect(await entries({ target: code, from: at })).toHaveLength(1);
    expect(await entries({ target: code, to: at })).toEqual([]);
    const read = (query: string, accept: string) =>
      fetch(`${shopUrl()}/api/admin/audit?target=${code}${query}`, {
        headers: { authorization: `Bearer ${admin}`, accept },
      });
    for (const response of [await read('&format=csv', '*/*'), await read('', 'text/csv')]) {
      expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
      const [names, row] = (await response.text()).split('\r\n');
      expect(names).toBe('at,actorId,address,action,subject,before,after,detail,id');
      expect(row).toMatch(new RegExp(`^${at},${adminId},[^,]*,createDiscount,${code},.*,${id}$`));
    }
  });
});
