import { allowed, type End } from './policies';
import { ofKind, RELEASE, render, workloads } from './render';

const FILE = 'ci/demo-values.yaml';
const pod = (component: string): End => ({
  labels: {
    'app.kubernetes.io/name': 'bramble',
    'app.kubernetes.io/instance': RELEASE,
    'app.kubernetes.io/component': component,
  },
});
const elsewhere = (namespace: string): End => ({ labels: {}, namespace });
const internet: End = { address: '198.51.100.7' };
const house: End = { address: '192.168.1.20' };
const metadata: End = { address: '169.254.169.254' };

const PORTS: Readonly<Record<string, number>> = {
  gateway: 8000,
  users: 3001,
  catalog: 3002,
  orders: 8003,
  payments: 8004,
  delivery: 8001,
  notifications: 8002,
  storefront: 8080,
  postgres: 5432,
  mongodb: 27017,
  'redis-events': 6379,
  'redis-cache': 6379,
};

/** Who talks to whom inside the shop: the whole list, written down a second time on purpose. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  gateway: [
    'users',
    'catalog',
    'orders',
    'payments',
    'delivery',
    'notifications',
    'storefront',
    'redis-cache',
    'redis-events',
  ],
  users: ['postgres', 'redis-events'],
  catalog: ['mongodb', 'redis-events', 'redis-cache'],
  orders: ['postgres', 'redis-events', 'payments'],
  payments: ['postgres', 'redis-events', 'catalog', 'orders'],
  delivery: ['mongodb', 'redis-events'],
  notifications: ['mongodb', 'redis-events', 'redis-cache', 'users', 'orders'],
  storefront: [],
  simulator: ['gateway'],
  postgres: [],
  mongodb: ['mongodb'],
  'redis-events': [],
  'redis-cache': [],
  'init-replica-set': ['mongodb'],
  'init-users': ['postgres', 'mongodb'],
  migrate: ['postgres'],
  'stock-refill': ['catalog', 'orders'],
  'invalidate-cache': ['redis-cache', 'orders'],
  reconcile: ['postgres', 'redis-events'],
  'check-backup': [],
  backup: ['postgres', 'mongodb', 'orders'],
  restore: ['postgres', 'mongodb', 'redis-events', 'redis-cache', 'orders'],
  smoke: ['gateway'],
};

const policies = ofKind(render(FILE), 'NetworkPolicy');
const components = workloads(render(FILE)).map(
  ({ pod: template }) => template.metadata.labels?.['app.kubernetes.io/component'] ?? '',
);

describe('the policies of the release', () => {
  it('know every component that runs', () => {
    expect([...new Set(components)].sort()).toEqual(Object.keys(EDGES).sort());
  });

  const pairs = Object.keys(EDGES).flatMap((from) => Object.keys(PORTS).map((to) => ({ from, to })));
  it.each(pairs)('decide on $from → $to as the table says', ({ from, to }) => {
    expect(allowed(policies, pod(from), pod(to), PORTS[to] ?? 0)).toBe(EDGES[from]?.includes(to) ?? false);
  });

  it('let a called service be reached on its one port only', () => {
    for (const [from, targets] of Object.entries(EDGES)) {
      for (const to of targets) {
        expect(allowed(policies, pod(from), pod(to), 9100)).toBe(false);
        expect(allowed(policies, pod(from), pod(to), PORTS[to] ?? 0, 'UDP')).toBe(false);
      }
    }
  });

  it.each(Object.keys(EDGES))('let %s ask the name server, and nothing else of it', (component) => {
    for (const protocol of ['UDP', 'TCP']) {
      expect(allowed(policies, pod(component), elsewhere('kube-system'), 53, protocol)).toBe(true);
    }
    expect(allowed(policies, pod(component), elsewhere('kube-system'), 443)).toBe(false);
    expect(allowed(policies, pod(component), elsewhere('default'), 53, 'UDP')).toBe(false);
  });

  it.each(Object.keys(EDGES).filter((name) => !['notifications', 'restore'].includes(name)))(
    'keep %s off the internet, the house and the cloud metadata',
    (component) => {
      for (const end of [internet, house, metadata]) {
        for (const port of [80, 443, 25, 6443])
          expect(allowed(policies, pod(component), end, port)).toBe(false);
      }
    },
  );

  it('let webhooks out to the internet and nowhere near home', () => {
    expect(allowed(policies, pod('notifications'), internet, 443)).toBe(true);
    expect(allowed(policies, pod('notifications'), house, 443)).toBe(false);
    expect(allowed(policies, pod('notifications'), metadata, 443)).toBe(false);
    expect(allowed(policies, pod('notifications'), internet, 587)).toBe(false);
  });

  it('let a restore reach the API server and no other Job', () => {
    expect(allowed(policies, pod('restore'), internet, 6443)).toBe(true);
    expect(allowed(policies, pod('backup'), internet, 6443)).toBe(false);
  });

  it('let Ingress controllers reach the gateway and nothing behind it', () => {
    const closed = ofKind(render('ci/default-values.yaml'), 'NetworkPolicy');
    for (const namespace of ['ingress-nginx', 'traefik', 'kube-system', 'envoy-gateway-system']) {
      expect(allowed(closed, elsewhere(namespace), pod('gateway'), 8000)).toBe(true);
      expect(allowed(closed, elsewhere(namespace), pod('orders'), 8003)).toBe(false);
      expect(allowed(closed, elsewhere(namespace), pod('storefront'), 8080)).toBe(false);
    }
    expect(allowed(closed, elsewhere('other'), pod('gateway'), 8000)).toBe(false);
    expect(allowed(closed, internet, pod('gateway'), 8000)).toBe(false);
  });

  it('open the gateway to everyone when it stands on a node port', () => {
    expect(allowed(policies, internet, pod('gateway'), 8000)).toBe(true);
    expect(allowed(policies, internet, pod('gateway'), 9100)).toBe(false);
  });

  it('show metrics to the monitoring namespace only', () => {
    for (const service of ['gateway', 'users', 'catalog', 'orders', 'payments', 'delivery']) {
      expect(allowed(policies, elsewhere('monitoring'), pod(service), 9100)).toBe(true);
      expect(allowed(policies, elsewhere('other'), pod(service), 9100)).toBe(false);
      expect(allowed(policies, elsewhere('monitoring'), pod(service), PORTS[service] ?? 0)).toBe(
        service === 'gateway',
      );
    }
  });
});

describe('the policies with everything on', () => {
  const full = ofKind(render('ci/full-values.yaml'), 'NetworkPolicy');

  it('let the tunnel reach Cloudflare and the gateway, and nothing else', () => {
    for (const protocol of ['TCP', 'UDP']) {
      expect(allowed(full, pod('cloudflared'), internet, 7844, protocol)).toBe(true);
      expect(allowed(full, pod('cloudflared'), house, 7844, protocol)).toBe(false);
    }
    expect(allowed(full, pod('cloudflared'), pod('gateway'), 8000)).toBe(true);
    for (const other of ['users', 'orders', 'postgres', 'storefront']) {
      expect(allowed(full, pod('cloudflared'), pod(other), PORTS[other] ?? 0)).toBe(false);
    }
  });

  it('let payments out to Stripe, mail to its server and backups to their bucket', () => {
    expect(allowed(full, pod('payments'), internet, 443)).toBe(true);
    expect(allowed(full, pod('payments'), house, 443)).toBe(false);
    expect(allowed(full, pod('notifications'), internet, 587)).toBe(true);
    expect(allowed(full, pod('backup'), internet, 443)).toBe(true);
    expect(allowed(full, pod('orders'), internet, 443)).toBe(false);
  });
});

describe('the policies with stores elsewhere', () => {
  const external = ofKind(render('ci/external-values.yaml'), 'NetworkPolicy');
  const at = (address: string): End => ({ address });

  it('let each service out to its own store only', () => {
    expect(allowed(external, pod('orders'), at('203.0.113.10'), 6432)).toBe(true);
    expect(allowed(external, pod('orders'), at('203.0.113.11'), 27017)).toBe(false);
    expect(allowed(external, pod('catalog'), at('203.0.113.11'), 27017)).toBe(true);
    expect(allowed(external, pod('catalog'), at('203.0.113.10'), 6432)).toBe(false);
    expect(allowed(external, pod('catalog'), at('203.0.113.12'), 6380)).toBe(true);
    expect(allowed(external, pod('gateway'), at('203.0.113.10'), 6432)).toBe(false);
    expect(allowed(external, pod('backup'), at('203.0.113.13'), 443)).toBe(true);
  });
});
