import { execFileSync } from 'node:child_process';
import type { Product } from '@bramble/contracts/catalog';
import { type Order, ordersApi } from '@bramble/contracts/orders';
import { waitFor } from '@bramble/test-kit/wait-for';
import { serviceNames } from '../../scripts/workspace';
import { demoAccount } from '../helpers/demo-account';
import { openCluster, openTools, type Pod, type Tools } from './cluster';
import { INTERVAL_MS, openShop, type Shop, steadyLoad } from './shopper';

const NAMESPACE = 'bramble-test';
const RELEASE = 'shop';
const PREFIX = 'bramble.local/bramble';
const STORES = ['postgres:18', 'mongo:6.0.5', 'redis:7.0.15'].map((name) => `bramble.local/${name}`);
const SERVICES = serviceNames().filter((name) => name !== 'simulator');
const GOAL_SECONDS = 120;

/** The first run on a machine also builds the cluster and the base image. */
const FIRST_TIME_MS = 2_400_000;

let tools: Tools;
let shop: Shop;
/** The same address, by a client that keeps its connections. */
let keptOpen: Shop;
let buyer: string;
let product: Product;
let hasNamespace = false;
let installed = false;

async function secrets(): Promise<Record<string, unknown>> {
  const { items } = await tools.json<{ items: { metadata: { name: string }; data?: object }[] }>(
    'get',
    'secret',
    '-l',
    `app.kubernetes.io/instance=${RELEASE}`,
  );
  return Object.fromEntries(items.map(({ metadata, data }) => [metadata.name, data]));
}
const byId = <T extends { id: string }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => a.id.localeCompare(b.id));
const contents = async (): Promise<{ orders: Order[]; products: Product[] }> => ({
  orders: byId(await shop.orders(buyer)),
  products: byId(await shop.products()),
});
const jobs = async () =>
  (await tools.json<{ items: Job[] }>('get', 'job', '-l', `app.kubernetes.io/instance=${RELEASE}`)).items;
interface Job {
  metadata: { name: string; labels: Record<string, string>; ownerReferences?: unknown };
  spec: { template: { metadata: object; spec: object }; backoffLimit: number };
}

/** An order of a shop that has just come back; what fails meanwhile is tried again. */
const patientlyBuy = () =>
  waitFor(() => shop.buy(buyer, product.id), { timeout: 60_000, interval: INTERVAL_MS, what: 'an order' });

/** No service has a dead letter: every event is either handled or still being retried. */
async function expectNoDeadLetters(): Promise<void> {
  const admin = await shop.signIn(demoAccount('admin'));
  expect(await shop.deadLetters(admin)).toEqual([]);
}

beforeAll(async () => {
  const cluster = await openCluster();
  tools = openTools(cluster, NAMESPACE, RELEASE);
  const url = process.env['CLUSTER_URL'] ?? 'http://127.0.0.1:30080';
  shop = openShop(url);
  keptOpen = openShop(url, { keepAlive: true });
  const bases = cluster.isLocal
    ? ['--node-image=bramble.local/node:24', '--nginx-image=bramble.local/nginx:1.22']
    : [];
  const built = execFileSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/images.ts', `--prefix=${PREFIX}`, ...bases],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  cluster.load([...STORES, ...built.split('\n').filter((line) => line.startsWith(PREFIX))]);
  await tools.run('kubectl', ['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait']);
  await tools.run('kubectl', ['create', 'namespace', NAMESPACE]);
  hasNamespace = true;
  await tools.run('kubectl', [
    'label',
    'namespace',
    NAMESPACE,
    'pod-security.kubernetes.io/enforce=restricted',
  ]);
}, FIRST_TIME_MS);

afterAll(async () => {
  if (hasNamespace && process.env['KEEP_CLUSTER'] !== '1')
    await tools.run('kubectl', ['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
});

describe('install', () => {
  it(`sells within ${GOAL_SECONDS} s of helm install, in a namespace that enforces the restricted profile`, async () => {
    const started = Date.now();
    await tools.deploy('install');
    await shop.isHealthy();
    buyer = await shop.signIn(demoAccount('buyer'));
    const seller = await shop.signUp('seller');
    product = await shop.offer(seller, 100_000, { title: 'Cluster test kite' });
    const { id } = await shop.buy(buyer, product.id);
    expect((await shop.settled(buyer, id)).status).toBe('COMPLETED');
    const seconds = (Date.now() - started) / 1000;
    console.log(`helm install to the first COMPLETED order: ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThanOrEqual(GOAL_SECONDS);
    const { items: pods } = await tools.json<{ items: Pod[] }>('get', 'pod');
    expect(pods.filter(({ status }) => !['Running', 'Succeeded'].includes(status.phase))).toEqual([]);
    installed = true;
  });

  it('passes helm test', async () => {
    expect(await tools.helm('test', RELEASE, '--timeout=2m')).toContain('Phase:          Succeeded');
  });
});

/** The following tests need an installed shop, and would take minutes to fail without it. */
const withShop = () => {
  if (!installed) throw new Error('there is no shop: its installation failed');
};

describe('upgrade', () => {
  beforeAll(withShop);

  it('is upgraded under load without a failed request, and rolled back', async () => {
    const before = await secrets();
    for (const change of [
      () => tools.deploy('upgrade', 'logLevel=warn'),
      () => tools.helm('rollback', RELEASE, '--wait', '--timeout=6m'),
    ]) {
      const stop = steadyLoad(20, (n) => {
        // Half of them keep their connections to a pod that is about to go.
        const door = n % 2 === 0 ? shop : keptOpen;
        if (n % 20 < 2) return door.buy(buyer, product.id);
        return n % 4 < 2
          ? door.product(product.id)
          : door.call(ordersApi.list, { token: buyer, query: { limit: 5 } });
      });
      await change();
      // helm waits for the new pods only; the old ones still serve until they have drained.
      await tools.drained();
      const { sent, failures } = await stop();
      console.log(`${sent} requests while every service was replaced, ${failures.length} failed`);
      expect(failures).toEqual([]);
    }
    expect(await secrets()).toEqual(before);
    for (const { id } of await shop.orders(buyer))
      expect((await shop.settled(buyer, id)).status).not.toBe('FAILED');
    await expectNoDeadLetters();
  });
});

describe('jobs', () => {
  beforeAll(withShop);

  it('is left as it was by every Job that runs a second time', async () => {
    const [before, keys] = [await contents(), await secrets()];
    // Those of the release, not those that a CronJob made.
    const again = (await jobs()).filter(({ metadata }) => metadata.ownerReferences === undefined);
    expect(again.length).toBeGreaterThanOrEqual(4);
    const summaries: { component: string; summary: Record<string, unknown> }[] = [];
    for (const { metadata, spec } of again) {
      const name = `${metadata.name}-again`;
      const { template, backoffLimit } = spec;
      const labels = { 'app.kubernetes.io/name': 'bramble', 'app.kubernetes.io/instance': RELEASE };
      const component = metadata.labels['app.kubernetes.io/component'] ?? '';
      await tools.create({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name },
        spec: {
          backoffLimit,
          template: {
            metadata: { labels: { ...labels, 'app.kubernetes.io/component': component } },
            spec: template.spec,
          },
        },
      });
      summaries.push({ component, summary: await tools.finished(name) });
    }
    const of = (component: string) => summaries.find((entry) => entry.component === component)?.summary;
    expect(of('init-replica-set')).toMatchObject({ initiated: false, added: 0 });
    expect(of('init-users')).toMatchObject({ created: 0 });
    expect(of('migrate')).toMatchObject({ applied: { users: 0, orders: 0, payments: 0 } });
    expect(await contents()).toEqual(before);
    expect(await secrets()).toEqual(keys);
  });

  it('refills its stock while orders run, and every unit is accounted for', async () => {
    const seller = await shop.signUp('seller');
    const scarce = await shop.offer(seller, 4, { title: 'Scarce cluster top' });
    const stop = steadyLoad(5, () => shop.buy(buyer, scarce.id));
    await tools.kubectl('create', 'job', 'refill-by-hand', `--from=cronjob/${RELEASE}-stock-refill`);
    const { units, refilled } = (await tools.finished('refill-by-hand')) as {
      units: number;
      refilled: number;
    };
    await stop();
    await tools.kubectl('create', 'job', 'refill-once-more', `--from=cronjob/${RELEASE}-stock-refill`);
    const more = (await tools.finished('refill-once-more')) as { units: number };
    expect(refilled).toBeGreaterThan(0);
    const placed = (await shop.orders(buyer)).filter(({ items }) => items[0]?.productId === scarce.id);
    let sold = 0;
    for (const { id } of placed) if ((await shop.settled(buyer, id)).status === 'COMPLETED') sold += 1;
    const added = units + more.units;
    await waitFor(() => shop.product(scarce.id), {
      until: ({ stock }) => stock.available === 4 + added - sold,
      timeout: 15_000,
      interval: INTERVAL_MS,
      what: `${4 + added - sold} units`,
    });
    console.log(`refilled ${added} units while ${placed.length} orders were placed: ${sold} sold, none lost`);
    expect(sold).toBeGreaterThan(4);
  });
});

describe('kills', () => {
  beforeAll(withShop);

  it.each(['postgres', 'mongodb', 'redis-events', 'redis-cache', ...SERVICES])(
    'loses no acknowledged order when the pod of %s is killed',
    async (component) => {
      const acknowledged: string[] = [];
      const stop = steadyLoad(4, async () => {
        acknowledged.push((await shop.buy(buyer, product.id)).id);
      });
      await tools.kill(component);
      await stop();
      await shop.isHealthy();
      const { id } = await patientlyBuy();
      for (const order of [...acknowledged, id]) {
        expect((await shop.settled(buyer, order, 180)).status).toBe('COMPLETED');
      }
      await expectNoDeadLetters();
    },
  );
});

describe('data', () => {
  beforeAll(withShop);

  it('is uninstalled, and finds its data when it is installed again', async () => {
    const [before, keys] = [await contents(), await secrets()];
    await tools.helm('uninstall', RELEASE, '--wait', '--timeout=3m');
    expect((await tools.json<{ items: unknown[] }>('get', 'deployment,statefulset')).items).toEqual([]);
    await tools.deploy('install');
    await shop.isHealthy();
    expect(await contents()).toEqual(before);
    expect(await secrets()).toEqual(keys);
  });

  it('comes back from a backup after its databases were destroyed', async () => {
    const before = await contents();
    await tools.kubectl('create', 'job', 'backup-by-hand', `--from=cronjob/${RELEASE}-backup`);
    expect(await tools.finished('backup-by-hand')).toMatchObject({
      rows: expect.any(Number),
      documents: expect.any(Number),
    });
    await tools.helm('uninstall', RELEASE, '--wait', '--timeout=3m');
    await tools.kubectl(
      'delete',
      'pvc',
      ...['postgres', 'mongodb', 'redis-events'].map((store) => `data-${RELEASE}-${store}-0`),
    );
    await tools.deploy('install');
    await shop.isHealthy();
    expect((await shop.products()).some(({ id }) => id === product.id)).toBe(false);
    await tools.kubectl('create', 'job', 'restore-by-hand', `--from=cronjob/${RELEASE}-restore`);
    console.log('restored', await tools.finished('restore-by-hand', 300));
    await shop.isHealthy();
    buyer = await shop.signIn(demoAccount('buyer'));
    expect(await contents()).toEqual(before);
    const { id } = await shop.buy(buyer, product.id);
    expect((await shop.settled(buyer, id)).status).toBe('COMPLETED');
    await expectNoDeadLetters();
  });

  it('grows from one to three members of rs0 by helm upgrade', async () => {
    const before = await contents();
    await tools.deploy('upgrade', 'mongodb.replicas=3');
    const name = (await jobs()).find(
      ({ metadata }) => metadata.labels['app.kubernetes.io/component'] === 'init-replica-set',
    )?.metadata.name;
    expect(await tools.finished(name ?? '', 300)).toMatchObject({ members: 3, initiated: false, added: 2 });
    await shop.isHealthy();
    expect(await contents()).toEqual(before);
    await tools.kill('mongodb');
    await shop.isHealthy();
    const { id } = await patientlyBuy();
    expect((await shop.settled(buyer, id, 120)).status).toBe('COMPLETED');
  });
});
