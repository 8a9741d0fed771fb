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
    const hasher = createPasswordHasher({ metrics }, { atOnce: 1, waiting: 3 });
    const ended: number[] = [];
    const hashes = [0, 1, 2, 3].map((n) => hasher.hash(`password ${n}`).finally(() => ended.push(n)));
    expect(await gauges()).toEqual({ active: 1, waiting: 3 });
    await expect(hasher.hash('one too many')).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfterSeconds: 5 },
    });
    const stored = await Promise.all(hashes);
    expect(ended).toEqual([0, 1, 2, 3]);
    expect(await gauges()).toEqual({ active: 0, waiting: 0 });
    expect(await hasher.verify(stored[3], 'password 3')).toEqual({ ok: true, outdated: false });
    expect(await hasher.verify(stored[3], 'password 2')).toEqual({ ok: false, outdated: false });
  });
});
