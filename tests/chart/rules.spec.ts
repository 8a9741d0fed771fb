import { named, ofKind, podOf, RELEASE, render, renderText, valuesFiles, workloads } from './render';

const jobNames = (set: string[]): string[] =>
  ofKind(render('ci/demo-values.yaml', { set }), 'Job').map(({ metadata }) => metadata.name);

describe('Jobs', () => {
  it.each(valuesFiles)('of %s are plain: the only Helm hook is the test', (file) => {
    for (const { kind, metadata } of render(file)) {
      const hook = metadata.annotations?.['helm.sh/hook'];
      expect(hook === undefined || (kind === 'Pod' && hook === 'test')).toBe(true);
    }
  });

  it('have names that change with image and values, and with nothing else', () => {
    expect(jobNames([])).toEqual(jobNames(['orders.replicas=2']));
    const other = jobNames(['image.tag=9.9.9']);
    expect(other).toHaveLength(jobNames([]).length);
    for (const name of jobNames([])) {
      expect(name).toMatch(/-[0-9a-f]{8}$/);
      expect(other).not.toContain(name);
    }
  });

  it('make the replica set anew when a member is added', () => {
    const member = (names: string[]): string | undefined =>
      names.find((name) => name.includes('init-replica-set'));
    expect(member(jobNames(['mongodb.replicas=3']))).not.toBe(member(jobNames([])));
  });

  it('stay for more than a day, so that no tool waits for one that was deleted', () => {
    for (const { spec } of ofKind(render('ci/demo-values.yaml'), 'Job')) {
      expect(spec?.['ttlSecondsAfterFinished']).toBeGreaterThan(86_400);
      expect(spec?.['backoffLimit']).toBeGreaterThanOrEqual(10);
    }
  });

  it('refill the stock every two hours', () => {
    expect(named(render('ci/default-values.yaml'), 'CronJob', 'stock-refill').spec?.['schedule']).toBe(
      '0 */2 * * *',
    );
  });

  it('never start a restore by the clock, and let it touch its Deployments only', () => {
    const objects = render('ci/default-values.yaml');
    expect(named(objects, 'CronJob', 'restore').spec?.['suspend']).toBe(true);
    const { rules } = named(objects, 'Role', 'restore') as unknown as { rules: Record<string, string[]>[] };
    const [looking, ...touching] = rules.reverse();
    expect(looking).toEqual({ apiGroups: [''], resources: ['pods'], verbs: ['list'] });
    expect(touching).toHaveLength(2);
    for (const rule of touching) {
      expect(rule['resourceNames']?.length).toBeGreaterThan(0);
      expect(rule['resources']?.every((resource) => resource.startsWith('deployments'))).toBe(true);
      expect(rule['verbs']).not.toContain('*');
    }
    expect(ofKind(objects, 'Role', 'ClusterRole')).toHaveLength(1);
  });
});

describe("the stores' Secrets", () => {
  it.each(valuesFiles)('of %s are files of the backup alone', (file) => {
    const mounting = workloads(render(file))
      .filter(({ pod }) => JSON.stringify(pod.spec.volumes ?? []).includes('"name":"secret-'))
      .map(({ id }) => id);
    expect(mounting).toEqual(
      mounting.length > 0 || file === 'ci/default-values.yaml' ? ['CronJob/shop-backup'] : [],
    );
  });
});

describe('replicas', () => {
  it.each(valuesFiles)('of %s have a budget above one, and none at one', (file) => {
    const objects = render(file);
    const budgets = ofKind(objects, 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    for (const { object, pod } of workloads(objects)) {
      if (!['Deployment', 'StatefulSet'].includes(object.kind)) continue;
      const replicas = (object.spec?.['replicas'] as number | undefined) ?? 2;
      expect([object.metadata.name, budgets.includes(object.metadata.name)]).toEqual([
        object.metadata.name,
        replicas > 1,
      ]);
      const grows = object.metadata.name === `${RELEASE}-mongodb`;
      expect(pod.spec.topologySpreadConstraints !== undefined).toBe(replicas > 1 || grows);
    }
  });

  it('are left to the autoscaler where there is one', () => {
    const objects = render('ci/full-values.yaml');
    expect(named(objects, 'Deployment', 'gateway').spec).not.toHaveProperty('replicas');
    expect(named(objects, 'HorizontalPodAutoscaler', 'gateway').spec?.['minReplicas']).toBe(2);
    expect(named(objects, 'Deployment', 'users').spec?.['replicas']).toBe(1);
  });
});

describe('a replica set that grows', () => {
  it('keeps its first pod as it is', () => {
    const template = (set: string[]) =>
      named(render('ci/default-values.yaml', { set }), 'StatefulSet', 'mongodb').spec?.['template'];
    expect(template(['mongodb.replicas=3'])).toEqual(template([]));
  });
});

describe('Secrets', () => {
  it('are kept on uninstall, together with the backups', () => {
    const objects = render('ci/default-values.yaml');
    expect(
      ofKind(objects, 'Secret')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(
      ['backup', 'internal', 'internal-keys', 'mongodb', 'postgres', 'redis'].map(
        (name) => `${RELEASE}-${name}`,
      ),
    );
    for (const { metadata } of ofKind(objects, 'Secret', 'PersistentVolumeClaim')) {
      expect(metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
    }
  });

  it('are not made where the operator names one', () => {
    const rendered = renderText('ci/full-values.yaml');
    expect(rendered).toContain('name: shop-keys');
    expect(ofKind(render('ci/full-values.yaml'), 'Secret').map(({ metadata }) => metadata.name)).not.toEqual(
      expect.arrayContaining([expect.stringContaining('internal')]),
    );
    expect(
      ofKind(render('ci/external-values.yaml'), 'Secret')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['shop-backup', 'shop-internal', 'shop-internal-keys', 'shop-postgres']);
  });

  it('give a service the password of its own database only', () => {
    for (const service of ['users', 'orders', 'payments', 'catalog', 'delivery']) {
      const text = JSON.stringify(podOf(named(render('ci/default-values.yaml'), 'Deployment', service)));
      for (const key of text.matchAll(/"key":"(\w+)-password"/g)) expect(key[1]).toBe(service);
    }
  });
});

describe('stores elsewhere', () => {
  const objects = render('ci/external-values.yaml');
  const environment = (kind: string, name: string): Record<string, string | undefined> =>
    Object.fromEntries(
      podOf(named(objects, kind, name))
        ?.spec.containers.flatMap((c) => c.env ?? [])
        .map((e) => [e.name, e.value]) ?? [],
    );

  it('replace the StatefulSets', () => {
    expect(ofKind(objects, 'StatefulSet')).toEqual([]);
    expect(ofKind(objects, 'Job').some(({ metadata }) => metadata.name.includes('init-replica-set'))).toBe(
      false,
    );
  });

  it('are reached at the addresses the operator gave', () => {
    expect(environment('Deployment', 'orders')['ORDERS_DATABASE_URL']).toBe(
      'postgresql://orders:$(ORDERS_DATABASE_URL_PASSWORD)@db.example.com:6432/orders?sslmode=require',
    );
    expect(environment('Deployment', 'catalog')['CATALOG_MONGODB_URL']).toContain(
      '@mongo.example.com:27017/catalog?',
    );
    expect(environment('Deployment', 'catalog')['REDIS_CACHE_URL']).toContain('rediss://');
    expect(environment('Deployment', 'catalog')['REDIS_CACHE_URL']).toContain('@cache.example.com:6380');
    expect(JSON.stringify(podOf(named(objects, 'Deployment', 'payments')))).toContain('"name":"payments-db"');
  });
});

describe('the way in', () => {
  it('takes any Ingress class, with no annotation of a particular controller', () => {
    const [ingress] = ofKind(render('ci/default-values.yaml'), 'Ingress');
    expect(ingress?.spec?.['ingressClassName']).toBe('nginx');
    expect(ingress?.metadata.annotations).toBeUndefined();
    const [none] = ofKind(render('ci/default-values.yaml', { set: ['ingress.className='] }), 'Ingress');
    expect(none?.spec).not.toHaveProperty('ingressClassName');
  });

  it('restarts a tunnel that is dead, and not one whose other end is away', () => {
    for (const file of ['ci/full-values.yaml', 'ci/tunnel-values.yaml']) {
      const { spec } = named(render(file), 'Deployment', 'cloudflared');
      const [container] = podOf(named(render(file), 'Deployment', 'cloudflared'))?.spec.containers ?? [];
      expect(spec?.['replicas']).toBe(2);
      expect(container?.livenessProbe?.httpGet?.path).toBe('/healthcheck');
      expect(container?.readinessProbe?.httpGet?.path).toBe('/ready');
      expect(container?.startupProbe?.httpGet?.path).toBe('/ready');
    }
  });

  it('believes forwarded addresses of pods behind an Ingress, and of nobody where shoppers reach it themselves', () => {
    const trusted = (set: string[]) =>
      (named(render('ci/default-values.yaml', { set }), 'ConfigMap', 'gateway').data ?? {})['TRUST_PROXY'];
    const policy = (set: string[]) =>
      named(render('ci/default-values.yaml', { set }), 'Service', 'gateway').spec?.['externalTrafficPolicy'];
    expect(trusted([])).toBe('10.42.0.0/16,10.244.0.0/16');
    expect(policy([])).toBeUndefined();
    for (const type of ['NodePort', 'LoadBalancer']) {
      expect(trusted([`gateway.service.type=${type}`])).toBe('');
      expect(policy([`gateway.service.type=${type}`])).toBe('Local');
    }
    expect(trusted(['gateway.service.type=NodePort', 'gateway.env.TRUST_PROXY=10.1.0.0/16'])).toBe(
      '10.1.0.0/16',
    );
  });

  it('never shows the metrics port on the public Service', () => {
    const service = named(render('ci/full-values.yaml'), 'Service', 'gateway');
    expect(service.spec?.['ports']).toEqual([{ name: 'http', port: 8000, targetPort: 'http' }]);
  });
});

describe('memory', () => {
  it('of the stores follows their limits', () => {
    const args = (kind: string, name: string): string =>
      podOf(named(render('ci/default-values.yaml'), kind, name))?.spec.containers[0]?.args?.join(' ') ?? '';
    expect(args('StatefulSet', 'postgres')).toContain('shared_buffers=96MB');
    expect(args('StatefulSet', 'redis-events')).toContain('--maxmemory 76mb --maxmemory-policy noeviction');
    expect(args('StatefulSet', 'redis-cache')).toContain('--maxmemory 38mb --maxmemory-policy allkeys-lru');
    expect(args('StatefulSet', 'mongodb')).toContain('--wiredTigerCacheSizeGB 0.25');
  });

  it('requested by everything fits into 1,024 Mi', () => {
    const requested = workloads(render('ci/default-values.yaml', { set: ['notifications.enabled=true'] }))
      .filter(({ object }) => ['Deployment', 'StatefulSet'].includes(object.kind))
      .flatMap(({ pod }) => pod.spec.containers)
      .reduce((sum, { resources }) => sum + parseInt(resources?.requests?.['memory'] ?? '0'), 0);
    expect(requested).toBeLessThanOrEqual(1024);
  });
});
