import { entries, entry, lab, noTries } from '../../../test/runner-lab';
import { BATCH } from './runner';

describe('the runner of batches', () => {
  it('handles a batch without a failure in one call', async () => {
    const { runner, log } = lab();
    expect(await runner.run(entries(1, 2), noTries)).toBe(true);
    expect(log).toEqual({ effects: ['1', '2'], dead: [], retried: 0, calls: 1 });
  });

  it('halves a batch that fails until the failing event is alone, and handles the others', async () => {
    const { runner, log, seen } = lab((id) => (id === '3' ? new Error('poison') : undefined));
    await runner.run(entries(1, 2, 3, 4), noTries);
    expect(seen.batches).toEqual([['1', '2', '3', '4'], ['1', '2'], ['3', '4'], ['3'], ['4']]);
    expect(log).toMatchObject({ effects: ['1', '2', '4'], retried: 1 });
  });

  it('repeats a batch while a store is away, waits longer each time, and counts no try', async () => {
    let failures = 3;
    const { runner, log, seen } = lab(() => (failures-- > 0 ? new Error('away') : undefined));
    expect(await runner.run(entries(1, 2), noTries)).toBe(true);
    expect(seen.waits).toEqual([1, 2, 3]);
    expect(log).toEqual({ effects: ['1', '2'], dead: [], retried: 0, calls: 4 });
  });

  it('stops while a store is away, and leaves the events unhandled and not held', async () => {
    let failures = 1;
    const { runner, world, log } = lab(() => (failures-- > 0 ? new Error('away') : undefined));
    world.stopping = true;
    expect(await runner.run(entries(1, 2), noTries)).toBe(false);
    expect(log).toEqual({ effects: [], dead: [], retried: 0, calls: 1 });
    expect(runner.heldCount()).toBe(0);
  });

  it('halves a batch that takes too long, without a wait for the store', async () => {
    const { runner, log, seen } = lab((_, alone) => (alone ? undefined : new Error('slow')));
    await runner.run(entries(1, 2, 3), noTries);
    expect(log).toMatchObject({ effects: ['1', '2', '3'], retried: 0 });
    expect(seen.waits).toEqual([]);
  });

  it('counts a try of an event that takes too long alone', async () => {
    const { runner, log } = lab(() => new Error('slow'));
    await runner.run(entries(1), noTries);
    expect(log).toMatchObject({ retried: 1, calls: 1 });
  });

  it('holds later events of the key of a failed event back, and lets those of other keys pass', async () => {
    const { runner, log } = lab((id) => (id === '1' ? new Error('poison') : undefined));
    await runner.run([entry(1, 'a'), entry(2, 'a'), entry(3, 'b')], noTries);
    await runner.run([entry(4, 'a'), entry(5, 'b')], noTries);
    expect(log.effects).toEqual(['3', '5']);
    expect(runner.heldEntries().map(({ event }) => event.id)).toEqual(['1', '2', '4']);
    expect(runner.isHeld(entry(4, 'a'))).toBe(true);
    expect(runner.isHeld(entry(5, 'b'))).toBe(false);
  });

  it('keeps the same key of two streams apart', async () => {
    const { runner, log } = lab((id) => (id === '1' ? new Error('poison') : undefined));
    await runner.run([entry(1, 'a'), { ...entry(2, 'a'), stream: 't', origin: 't' }], noTries);
    expect(log.effects).toEqual(['2']);
  });

  it('handles what waited behind a failed event after it, in the order of the stream', async () => {
    let failures = 2;
    const { runner, log, settle } = lab((id) =>
      id === '1' && failures-- > 0 ? new Error('poison') : undefined,
    );
    expect(await runner.run([entry(1, 'a'), entry(2, 'a'), entry(3, 'a')], noTries)).toBe(true);
    await settle();
    expect(log.effects).toEqual(['1', '2', '3']);
    expect(runner.heldEntries()).toEqual([]);
  });

  it('tries no event before it is due', async () => {
    const { runner, log } = lab(() => new Error('poison'));
    await runner.run(entries(1), noTries);
    expect(await runner.runDue()).toBe(true);
    expect(log.calls).toBe(1);
  });

  it('hands at most a batch of events to one call when more are due', async () => {
    const { runner, log, seen, world, settle, moveTo } = lab(() => new Error('poison'));
    const all = Array.from({ length: 3 * BATCH }, (_, at) => at + 1);
    // Each event fails by itself, so that each key has a lane, and another event waits behind it.
    for (const n of all) await runner.run([entry(n, `k${n}`)], noTries);
    await runner.run(
      all.map((n) => entry(n + 1_000, `k${n}`)),
      noTries,
    );
    seen.batches.length = 0;
    world.fail = () => undefined;
    moveTo(3_600_000);
    await settle();
    expect(Math.max(...seen.batches.map((ids) => ids.length))).toBe(BATCH);
    expect(log.effects.toSorted()).toEqual(all.flatMap((n) => [String(n), String(n + 1_000)]).toSorted());
    for (const n of all)
      expect(log.effects.indexOf(String(n))).toBeLessThan(log.effects.indexOf(String(n + 1_000)));
  });

  it('forgets what it holds, so that the same events can be given to it again', async () => {
    const { runner, world, log } = lab(() => new Error('poison'));
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    runner.forget();
    expect(runner.heldCount()).toBe(0);
    expect(runner.dueIn()).toBeUndefined();
    world.fail = () => undefined;
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    expect(log.effects).toEqual(['1', '2']);
  });

  it('counts the failures of a batch also when the others of it cannot be acknowledged', async () => {
    const { runner, world, log } = lab((id) => (id === '1' ? new Error('poison') : undefined));
    world.refuseDone = new Error('Redis is away');
    await expect(runner.run(entries(1, 2), noTries)).rejects.toThrow('Redis is away');
    expect(log.retried).toBe(1);
    expect(runner.dueIn()).toBeDefined();
  });
});
