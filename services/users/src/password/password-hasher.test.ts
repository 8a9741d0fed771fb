import { createMetrics } from '@bramble/service-kit/observe/metrics';
import { createPasswordHasher } from './password-hasher';
import { passwordMetrics } from './password.metrics';

const metrics = createMetrics('users', passwordMetrics);
const gaugeOf = async (name: string) =>
  Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(await metrics.registry.metrics())?.[1]);
const gauges = async () => ({
  active: await gaugeOf('bramble_password_hash_active'),
  waiting: await gaugeOf('bramble_password_hash_queue_length'),
});

describe('the password hasher', () => {
  it('hashes so many at once, lets others wait in turn, and refuses when too many wait', async () => {
    const hasher = createPasswordHasher({ metrics }, { atOnce: 1, waiting: 3, perAddress: 9 });
    const ended: number[] = [];
    const hashes = [0, 1, 2, 3].map((n) => hasher.hash(`password ${n}`, 'here').finally(() => ended.push(n)));
    expect(await gauges()).toEqual({ active: 1, waiting: 3 });
    await expect(hasher.hash('one too many', 'there')).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfterSeconds: 5 },
    });
    const stored = await Promise.all(hashes);
    expect(ended).toEqual([0, 1, 2, 3]);
    expect(await gauges()).toEqual({ active: 0, waiting: 0 });
    expect(await hasher.verify(stored[3], 'password 3', 'here')).toEqual({ ok: true, outdated: false });
    expect(await hasher.verify(stored[3], 'password 2', 'here')).toEqual({ ok: false, outdated: false });
  });

  it('lets the address with the fewest waiting hashes go first, and one address have no more than its share', async () => {
    const hasher = createPasswordHasher(
      { metrics: createMetrics('users', passwordMetrics) },
      { atOnce: 1, waiting: 100, perAddress: 5 },
    );
    const ended: string[] = [];
    const hash = (address: string) => hasher.hash('a password', address).finally(() => ended.push(address));
    const flood = [0, 1, 2, 3, 4].map(() => hash('flood'));
    const other = hash('other');
    await expect(hasher.hash('one more', 'flood')).rejects.toMatchObject({ code: 'rate_limited' });
    await Promise.all([...flood, other]);
    expect(ended).toEqual(['flood', 'other', 'flood', 'flood', 'flood', 'flood']);
  });
});
