import { callKey, serviceKey } from '@bramble/service-kit/base/internal-keys';
import { allContainers, named, render, renderText, valuesFiles, workloads } from './render';

const SECRET = 'shop-internal-keys';

/** For each workload of a render: environment name and key of every variable from a Secret of internal keys. */
function held(file: string, set: string[] = [], secret = SECRET): Record<string, string[]> {
  const all = workloads(render(file, { set })).map(({ object, pod }) => {
    const name = object.metadata.labels?.['app.kubernetes.io/component'] ?? '';
    const keys = allContainers(pod.spec)
      .flatMap(({ env }) => env ?? [])
      .flatMap(({ name: variable, valueFrom }) => {
        const from = valueFrom?.secretKeyRef;
        return from?.name === secret ? [`${variable}=${from.key}`] : [];
      });
    return [name, [...new Set(keys)].sort()] as const;
  });
  return Object.fromEntries(all.filter(([, keys]) => keys.length > 0));
}
const calls = (kind: string, ...services: string[]) =>
  services.map((name) => `INTERNAL_${kind.toUpperCase()}_KEY_${name.toUpperCase()}=${name}-${kind}`);

describe('the keys of internal tokens', () => {
  const behind = ['users', 'catalog', 'orders', 'payments', 'delivery', 'notifications'];

  it('are in the pods that need them: its own in each service, and those of its calls', () => {
    expect(
      held('ci/full-values.yaml', ['secrets.internal.existingKeysSecret=', 'simulator.enabled=true']),
    ).toEqual({
      gateway: ['INTERNAL_KEY=gateway', ...calls('service', ...behind), ...calls('user', ...behind)].sort(),
      users: ['INTERNAL_KEY=users'],
      catalog: ['INTERNAL_KEY=catalog'],
      orders: ['INTERNAL_KEY=orders', ...calls('service', 'payments')],
      payments: ['INTERNAL_KEY=payments', ...calls('service', 'catalog', 'orders')],
      delivery: ['INTERNAL_KEY=delivery'],
      notifications: ['INTERNAL_KEY=notifications', ...calls('service', 'orders', 'users')],
      reconcile: ['INTERNAL_KEY=orders', ...calls('service', 'payments')],
      'stock-refill': calls('job', 'catalog', 'orders'),
      'invalidate-cache': calls('job', 'orders'),
      backup: calls('job', 'orders'),
      restore: calls('job', 'orders'),
    });
  });

  it.each(valuesFiles)(
    'of %s leave out the simulator, and no pod has the key they are derived from',
    (file) => {
      const set = ['simulator.enabled=true'];
      const objects = render(file, { set });
      for (const { id, pod } of workloads(objects)) {
        const text = JSON.stringify(pod);
        expect([id, text.includes('token-key'), text.includes('INTERNAL_TOKEN_KEY')]).toEqual([
          id,
          false,
          false,
        ]);
        expect([id, /"(?:secretName|name)":"shop-internal"/.test(text)]).toEqual([id, false]);
      }
      const simulator = JSON.stringify(named(objects, 'Deployment', 'simulator'));
      expect(simulator).not.toContain('INTERNAL_');
      expect(simulator).not.toContain('secretKeyRef');
    },
  );

  it('come from a Secret of the operator where there is one', () => {
    expect(held('ci/full-values.yaml', [], 'shop-keys')['users']).toEqual(['INTERNAL_KEY=users']);
    expect(held('ci/full-values.yaml')).toEqual({});
  });

  it('are derived as the services derive them', () => {
    const objects = render('ci/default-values.yaml');
    const decoded = (name: string): Record<string, string> =>
      Object.fromEntries(
        Object.entries(named(objects, 'Secret', name).data ?? {}).map(([key, value]) => [
          key,
          Buffer.from(String(value), 'base64').toString(),
        ]),
      );
    const tokenKey = decoded('internal')['token-key'] ?? '';
    expect(tokenKey).toMatch(/^[A-Za-z0-9]{48}$/);
    const expected = ['gateway', ...behind].flatMap((name) => {
      const own = serviceKey(tokenKey, name);
      const kinds = ['user', 'service', 'job'] as const;
      return [[name, own], ...kinds.map((kind) => [`${name}-${kind}`, callKey(own, name, kind)])];
    });
    expect(decoded('internal-keys')).toEqual(Object.fromEntries(expected));
  });

  it('cannot be derived without the cluster: the render says what to set', () => {
    const render = () =>
      renderText('ci/default-values.yaml', { set: ['secrets.internal.existingSecret=mine'] });
    expect(render).toThrow(/no token-key in the Secret mine.*existingKeysSecret.*npm run internal-keys/s);
  });
});
