import fc from 'fast-check';
import { entry, lab, noTries } from '../../../test/runner-lab';
import { AppError, NotYet } from '../../base/errors';
import { MAX_TRIES } from './tries';

const refused = () => new AppError('conflict');
const ids = (entries: readonly { event: { id: string } }[]) => entries.map(({ event }) => event.id);
const triesOf = (n: number, count: number) => new Map([[`s\n${n}-0`, { count }]]);

describe('an event that was taken over while a later one of its key is held back', () => {
  it('is handled first, and the later one that was too early without it at once after it', async () => {
    const { runner, log, now } = lab((id) =>
      id === '2' && !log.effects.includes('1') ? new NotYet('early') : undefined,
    );
    await runner.run([entry(2, 'a')], noTries);
    await runner.run([entry(1, 'a')], noTries);
    expect(runner.dueIn()).toBe(0);
    await runner.runDue();
    expect(log).toMatchObject({ effects: ['1', '2'], dead: [] });
    expect(now()).toBe(0);
    expect(runner.heldCount()).toBe(0);
  });

  it('waits before it when it fails too', async () => {
    const { runner, log } = lab(() => new Error('poison'));
    await runner.run([entry(2, 'a')], noTries);
    await runner.run([entry(1, 'a')], noTries);
    await runner.runDue();
    expect(ids(runner.heldEntries())).toEqual(['1', '2']);
    expect(log).toMatchObject({ calls: 2, retried: 2 });
    expect(runner.dueIn()).toBeGreaterThan(0);
  });

  it('goes to its place when it is not the first of those that are held back', async () => {
    const { runner } = lab((id) => (id === '1' ? new Error('poison') : undefined));
    await runner.run([entry(1, 'a'), entry(3, 'a')], noTries);
    const dueIn = runner.dueIn();
    await runner.run([entry(2, 'a')], noTries);
    expect(ids(runner.heldEntries())).toEqual(['1', '2', '3']);
    expect(runner.dueIn()).toBe(dueIn);
  });

  it('keeps the tries that earlier processes made of it', async () => {
    const { runner, log } = lab((id) => (id === '1' ? refused() : new Error('poison')));
    await runner.run([entry(2, 'a')], noTries);
    await runner.run([entry(1, 'a')], triesOf(1, MAX_TRIES - 1));
    await runner.runDue();
    expect(log.dead).toEqual(['1']);
  });

  it('leaves the later one its tries, when it is handled', async () => {
    const { runner, log } = lab((id) => (id === '2' ? refused() : undefined));
    await runner.run([entry(2, 'a')], triesOf(2, MAX_TRIES - 2));
    await runner.run([entry(1, 'a')], noTries);
    await runner.runDue();
    expect(log).toMatchObject({ effects: ['1'], dead: ['2'], calls: 3 });
  });

  it('leaves the later one its tries, when it is given up', async () => {
    const { runner, log } = lab(refused);
    await runner.run([entry(2, 'a')], triesOf(2, MAX_TRIES - 2));
    await runner.run([entry(1, 'a')], triesOf(1, MAX_TRIES - 1));
    await runner.runDue();
    expect(log).toMatchObject({ dead: ['1', '2'], calls: 3 });
  });

  it('is not given up in place of the later one, when both come in one batch', async () => {
    const { runner, log } = lab(refused);
    await runner.run([entry(2, 'a'), entry(1, 'a')], triesOf(2, MAX_TRIES - 1));
    expect(log.dead).toEqual([]);
    expect(ids(runner.heldEntries())).toEqual(['1', '2']);
    expect(runner.dueIn()).toBe(0);
  });

  it('is handled in the order of its key, in whatever order the events come', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 });
    const arrivals = keys.chain((all) => {
      const positions = all.map((_, i) => i);
      return fc.record({
        keys: fc.constant(all),
        order: fc.shuffledSubarray(positions, { minLength: positions.length }),
      });
    });
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 5 }), async ({ keys: all, order }, size) => {
        const before = (id: string) =>
          all.findLastIndex((key, i) => i < Number(id) && key === all[Number(id)]);
        const { runner, log, settle } = lab((id) => {
          const needed = before(id);
          return needed >= 0 && !log.effects.includes(String(needed)) ? new NotYet('early') : undefined;
        });
        for (let i = 0; i < order.length; i += size) {
          const batch = order.slice(i, i + size).sort((x, y) => x - y);
          await runner.run(
            batch.map((n) => entry(n, all[n] ?? '')),
            noTries,
          );
          if (i % 2 === 0) await runner.runDue();
        }
        await settle();
        expect(log.dead).toEqual([]);
        expect(log.effects.length).toBe(all.length);
        expect(new Set(log.effects).size).toBe(all.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an event that is too early', () => {
  const untilHandled = (needed: string) => (id: string, effects: readonly string[]) =>
    id !== needed && id === '1' && !effects.includes(needed) ? new NotYet('early') : undefined;

  it('lets a later event of its batch pass, and is handled at once after it', async () => {
    const { runner, log, now } = lab((id) => untilHandled('2')(id, log.effects));
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    expect(log.effects).toEqual(['2']);
    expect(runner.dueIn()).toBe(0);
    await runner.runDue();
    expect(log).toMatchObject({ effects: ['2', '1'], dead: [] });
    expect(now()).toBe(0);
    expect(runner.heldCount()).toBe(0);
  });

  it('lets an event that comes later pass, and is handled at once after it', async () => {
    const { runner, log } = lab((id) => untilHandled('3')(id, log.effects));
    await runner.run([entry(1, 'a')], noTries);
    expect(runner.dueIn()).toBeGreaterThan(0);
    await runner.run([entry(3, 'a')], noTries);
    expect(runner.dueIn()).toBe(0);
    await runner.runDue();
    expect(log).toMatchObject({ effects: ['3', '1'], dead: [] });
  });

  it('has those that pass and fail wait behind it, without a count of their own', async () => {
    const { runner, world, log } = lab((id) => (id === '1' ? new NotYet('early') : refused()));
    await runner.run([entry(1, 'a'), entry(2, 'a'), entry(3, 'b')], noTries);
    await runner.run([entry(4, 'a')], noTries);
    expect(ids(runner.heldEntries())).toEqual(['1', '2', '4', '3']);
    expect(log.retried).toBe(2);
    world.fail = (id) => (id === '1' ? undefined : refused());
    runner.forget();
    await runner.run([entry(1, 'a'), entry(2, 'a')], triesOf(2, MAX_TRIES - 1));
    expect(log).toMatchObject({ effects: ['1'], dead: ['2'] });
  });

  it('tries those behind it again when it is tried again', async () => {
    const { runner, log, pass } = lab((id) =>
      id === '1' || log.calls < 6 ? new NotYet('early') : undefined,
    );
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    await pass(60_000);
    expect(log.effects).toEqual(['2']);
    expect(ids(runner.heldEntries())).toEqual(['1']);
  });

  it('holds the later ones of its key back when its error says so', async () => {
    const { runner, log } = lab((id) => (id === '1' ? new NotYet('early', { holdsKey: true }) : undefined));
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    await runner.run([entry(3, 'a'), entry(4, 'b')], noTries);
    expect(log.effects).toEqual(['4']);
    expect(ids(runner.heldEntries())).toEqual(['1', '2', '3']);
  });

  it('is handled whatever later event of its key it waits for', async () => {
    const streams = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), needs: fc.nat(20) }), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(streams, fc.integer({ min: 1, max: 8 }), async (stream, size) => {
        // Each event needs a later one of its key, or none when there is none: so there is no circle.
        const neededBy = (i: number) => {
          const later = stream.flatMap(({ key }, j) => (j > i && key === stream[i]?.key ? [j] : []));
          return later.length === 0 ? undefined : later[(stream[i]?.needs ?? 0) % later.length];
        };
        const { runner, log, settle } = lab((id) => {
          const needed = neededBy(Number(id));
          return needed !== undefined && !log.effects.includes(String(needed))
            ? new NotYet('early')
            : undefined;
        });
        const all = stream.map(({ key }, i) => entry(i, key));
        for (let i = 0; i < all.length; i += size) await runner.run(all.slice(i, i + size), noTries);
        await settle();
        expect(log.dead).toEqual([]);
        expect([...log.effects].sort()).toEqual(stream.map((_, i) => String(i)).sort());
      }),
      { numRuns: 200 },
    );
  });
});
