import type { Service } from '@bramble/service-kit/runtime/service';
import { createWorkPool } from './work-pool';

/** The part of a service that a pool needs, with the worker at hand. */
function aService() {
  const workers: { stop: () => Promise<void> }[] = [];
  const warned: unknown[] = [];
  const service = {
    log: { warn: (fields: unknown) => warned.push(fields) },
    worker: (worker: { stop: () => Promise<void> }) => workers.push(worker),
  } as unknown as Service;
  return { service, warned, stop: () => Promise.all(workers.map((worker) => worker.stop())) };
}
const tick = () => new Promise((resolve) => setImmediate(resolve));

function aPool(capacity = 10) {
  const { service, warned, stop } = aService();
  const begun: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const released: string[] = [];
  const pool = createWorkPool<{ id: string }>(service, {
    name: 'test',
    concurrency: 2,
    capacity,
    run: ({ id }) => {
      begun.push(id);
      return new Promise((resolve, reject) => ends.set(id, { resolve, reject }));
    },
    release: async (items) => released.push(...items.map(({ id }) => id)),
  });
  return { pool, begun, ends, released, warned, stop };
}
const items = (...ids: string[]) => ids.map((id) => ({ id }));

describe('a pool of work', () => {
  it('runs so many at once and the next when one ends, failed or not', async () => {
    const { pool, begun, ends, warned } = aPool();
    pool.add(items('a', 'b', 'c', 'd'));
    expect(begun).toEqual(['a', 'b']);
    ends.get('a')?.resolve();
    ends.get('b')?.reject(new Error('no answer'));
    await tick();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    expect(warned).toHaveLength(1);
  });

  it('takes each id once while it has it', async () => {
    const { pool, begun, ends } = aPool();
    pool.add(items('a', 'a', 'b', 'c'));
    pool.add(items('a', 'c'));
    ends.get('a')?.resolve();
    ends.get('b')?.resolve();
    await tick();
    expect(begun).toEqual(['a', 'b', 'c']);
    pool.add(items('a'));
    expect(begun).toEqual(['a', 'b', 'c', 'a']);
  });

  it('releases what it has no room for', () => {
    const { pool, begun, released } = aPool(3);
    pool.add(items('a', 'b', 'c', 'd', 'e'));
    expect(begun).toEqual(['a', 'b']);
    expect(released).toEqual(['d', 'e']);
    expect(pool.room()).toBe(2);
  });

  it('ends the work in hand when it stops, and releases the rest', async () => {
    const { pool, begun, ends, released, stop } = aPool();
    pool.add(items('a', 'b', 'c'));
    const stopped = stop();
    pool.add(items('late'));
    ends.get('a')?.resolve();
    ends.get('b')?.resolve();
    await stopped;
    expect(begun).toEqual(['a', 'b']);
    expect(released).toEqual(['c', 'late']);
    expect(pool.room()).toBe(0);
  });
});
