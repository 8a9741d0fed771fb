import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { AnyEvent } from '@bramble/contracts/events';
import { agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { eventOf } from '@bramble/test-kit/events';
import { expectNoLeaks } from '@bramble/test-kit/leaks';
import { publishEvents } from '@bramble/test-kit/publish';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitForEvents } from '@bramble/test-kit/wait-for-events';
import { buildDelivery } from '../src/app';
import { loadDeliveryConfig } from '../src/config';

let stores: TestStores;
let redis: Redis;
let delivery: StartedService | undefined;

const start = async (more: Record<string, string> = {}): Promise<StartedService> => {
  delivery = await startService(
    buildDelivery(
      loadDeliveryConfig(
        testEnv({ DELIVERY_MONGODB_URL: stores.mongodbUrl, REDIS_EVENTS_URL: stores.redisUrl, ...more }),
      ),
    ),
  );
  return delivery;
};
beforeAll(async () => {
  stores = await testStores('delivery');
  redis = new Redis(stores.redisUrl);
});
afterEach(async () => {
  await delivery?.stop();
  delivery = undefined;
});
afterAll(async () => {
  redis.disconnect();
  await expectNoLeaks(stores);
  await stores.close();
});

const publish = (...events: AnyEvent[]) => publishEvents(redis, ...events);
/** The events that delivery published about an order, once there are `count` of them. */
const publishedOf = async (orderId: string, count: number) =>
  (await waitForEvents(redis, 'delivery_stream', { keys: [orderId], count })).map(({ type, payload }) =>
    type === 'delivery.stopped' ? `${type} ${payload['delivered']}` : type,
  );

const anOrder = (userId = randomUUID()) => {
  const orderId = randomUUID();
  return {
    orderId,
    userId,
    paid: () => eventOf('order.paid', { orderId, userId }),
    release: () => eventOf('order.released', { orderId }),
  };
};
const allSteps = ['delivery.started', 'delivery.shipped', 'delivery.delivered'];

describe('in demo mode', () => {
  it('a paid order is delivered by itself, each step published once', async () => {
    await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0.2' });
    const order = anOrder();
    await publish(order.paid());
    expect(await publishedOf(order.orderId, 3)).toEqual(allSteps);
    const { body } = await agentAs(delivery as StartedService, userWithId(order.userId))
      .get(`/api/deliveries/${order.orderId}`)
      .expect(200);
    expect(body.delivery.status).toBe('DELIVERED');
    expect(body.delivery.timeline.map(({ status }: { status: string }) => status)).toEqual([
      'PREPARING',
      'SHIPPED',
      'OUT_FOR_DELIVERY',
      'DELIVERED',
    ]);
  });

  it('timers outlive the process, and two processes take each step once', async () => {
    const first = await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0.3' });
    const orders = Array.from({ length: 50 }, () => anOrder());
    await publish(...orders.map((order) => order.paid()));
    await Promise.all(orders.map(({ orderId }) => publishedOf(orderId, 1)));
    await first.stop();
    const second = await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0', SERVICE_INSTANCE: 'second' });
    const third = await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0', SERVICE_INSTANCE: 'third' });
    for (const { orderId } of orders) expect(await publishedOf(orderId, 3)).toEqual(allSteps);
    await second.stop();
    await third.stop();
  });

  it('a timer further away than a step, set by a clock that is ahead or at a slower pace, holds no parcel up', async () => {
    const first = await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '600' });
    const order = anOrder();
    await publish(order.paid());
    await publishedOf(order.orderId, 1);
    await first.stop();
    await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0.2' });
    expect(await publishedOf(order.orderId, 3)).toEqual(allSteps);
  });

  it('a shop that changes to demo mode delivers what couriers had begun', async () => {
    const first = await start();
    const order = anOrder();
    await publish(order.paid());
    await publishedOf(order.orderId, 1);
    await first.stop();
    await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0' });
    expect(await publishedOf(order.orderId, 3)).toEqual(allSteps);
  });

  it('a release stops a delivery in transit; after a late one, delivery.stopped says that the parcel was delivered', async () => {
    await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '0' });
    const there = anOrder();
    await publish(there.paid());
    await publishedOf(there.orderId, 3);
    await publish(there.release());
    expect((await publishedOf(there.orderId, 4)).at(-1)).toBe('delivery.stopped true');
    await (delivery as StartedService).stop();

    await start({ DEMO: 'on', DELIVERY_STEP_SECONDS: '60' });
    const onItsWay = anOrder();
    await publish(onItsWay.paid());
    await publishedOf(onItsWay.orderId, 1);
    await publish(onItsWay.release());
    expect((await publishedOf(onItsWay.orderId, 2)).at(-1)).toBe('delivery.stopped false');
  });
});

const userWithId = (id: string) => ({ ...userWith('customer'), id });

describe('with couriers', () => {
  it('a courier takes the legal steps and no others', async () => {
    const service = await start();
    const order = anOrder();
    await publish(order.paid());
    await publishedOf(order.orderId, 1);
    const courier = userWith('courier');
    const step = (status: string, who = courier) =>
      agentAs(service, who).post(`/api/deliveries/${order.orderId}/status`).send({ status });
    for (const wrong of ['PREPARING', 'OUT_FOR_DELIVERY', 'DELIVERED', 'STOPPED']) {
      const { body, status } = await step(wrong);
      expect([status, body.code]).toEqual([409, 'delivery_step_invalid']);
    }
    await step('SHIPPED', userWithId(order.userId)).expect(403);
    const shipped = await step('SHIPPED').expect(200);
    expect(shipped.body.delivery).toMatchObject({ status: 'SHIPPED', courierId: courier.id });
    await step('OUT_FOR_DELIVERY').expect(200);
    await step('DELIVERED', userWith('admin')).expect(200);
    expect(await publishedOf(order.orderId, 3)).toEqual(allSteps);
    await step('DELIVERED').expect(409);
  });

  it('a parcel stays with the courier who has it, and an admin may take its steps', async () => {
    const service = await start();
    const order = anOrder();
    await publish(order.paid());
    await publishedOf(order.orderId, 1);
    const courier = userWith('courier');
    const step = (status: string, who: TestActor) =>
      agentAs(service, who).post(`/api/deliveries/${order.orderId}/status`).send({ status });
    await step('SHIPPED', courier).expect(200);
    const { body } = await step('OUT_FOR_DELIVERY', userWith('courier')).expect(403);
    expect(body).toMatchObject({ code: 'forbidden', detail: 'another courier has this parcel' });
    const byAdmin = await step('OUT_FOR_DELIVERY', userWith('admin')).expect(200);
    expect(byAdmin.body.delivery).toMatchObject({ status: 'OUT_FOR_DELIVERY', courierId: courier.id });
    await step('DELIVERED', courier).expect(200);
  });

  it('of two couriers at once one takes the step', async () => {
    const service = await start();
    const order = anOrder();
    await publish(order.paid());
    await publishedOf(order.orderId, 1);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() =>
        agentAs(service, 'courier')
          .post(`/api/deliveries/${order.orderId}/status`)
          .send({ status: 'SHIPPED' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it('the owner sees it, others do not find it, couriers list it by state', async () => {
    const service = await start();
    const orders = [anOrder(), anOrder(), anOrder()];
    await publish(...orders.map((order) => order.paid()));
    for (const { orderId } of orders) await publishedOf(orderId, 1);
    const [order] = orders as [ReturnType<typeof anOrder>];
    const path = `/api/deliveries/${order.orderId}`;
    const { body } = await agentAs(service, userWithId(order.userId)).get(path).expect(200);
    expect(body.delivery).toMatchObject({ orderId: order.orderId, status: 'PREPARING' });
    expect(Date.parse(body.delivery.estimatedAt)).toBeGreaterThan(Date.now());
    await agentAs(service, 'customer').get(path).expect(404);
    await agentAs(service, 'courier').get(path).expect(200);
    await agentAs(service, 'customer').get('/api/deliveries').expect(403);
    const courier = agentAs(service, 'courier');
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { body: { items: { orderId: string }[]; nextCursor: string | null } } = await courier
        .get('/api/deliveries')
        .query({ status: 'PREPARING', limit: 2, ...(cursor ? { cursor } : {}) })
        .expect(200);
      seen.push(...page.body.items.map(({ orderId }) => orderId));
      cursor = page.body.nextCursor;
    }
    for (const { orderId } of orders) expect(seen.filter((id) => id === orderId)).toHaveLength(1);
  });

  it('deliveries are counted by their state', async () => {
    const { opsUrl } = await start();
    const order = anOrder();
    await publish(order.paid());
    await publishedOf(order.orderId, 1);
    const text = await (await fetch(`${opsUrl}/metrics`)).text();
    for (const status of ['PREPARING', 'SHIPPED', 'OUT_FOR_DELIVERY', 'DELIVERED'])
      expect(text).toMatch(new RegExp(`bramble_deliveries\\{[^}]*status="${status}"[^}]*\\} \\d`));
    expect(text).toMatch(/status="PREPARING"[^}]*\} [1-9]/);
  });

  it('commands that are sent again get the recorded outcome again', async () => {
    await start();
    const order = anOrder();
    const paid = order.paid();
    await publish(paid);
    await publishedOf(order.orderId, 1);
    await publish(paid, order.paid());
    expect(await publishedOf(order.orderId, 2)).toEqual(['delivery.started', 'delivery.started']);
    await publish(order.release(), order.release());
    expect((await publishedOf(order.orderId, 4)).slice(2)).toEqual([
      'delivery.stopped false',
      'delivery.stopped false',
    ]);
    await publish(order.paid());
    expect((await publishedOf(order.orderId, 5)).at(-1)).toBe('delivery.stopped false');
  });

  it('an order that is released before it is known never starts', async () => {
    const service = await start();
    const order = anOrder();
    await publish(order.release());
    expect(await publishedOf(order.orderId, 1)).toEqual(['delivery.stopped false']);
    const read = () => agentAs(service, userWithId(order.userId)).get(`/api/deliveries/${order.orderId}`);
    await read().expect(404);
    await publish(order.paid());
    expect(await publishedOf(order.orderId, 2)).toEqual(['delivery.stopped false', 'delivery.stopped false']);
    expect((await read().expect(200)).body.delivery.status).toBe('STOPPED');
  });
});
