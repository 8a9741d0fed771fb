import { entries, entry, lab, noTries } from '../../../test/runner-lab';
import { AppError, NotYet } from '../../base/errors';
import { EARLY_WHEN_FULL_MS, MAX_SLOW_TRIES, MAX_TRIES, NOT_YET_MS, type Tries } from './tries';

const HOUR = 3_600_000;
/** What earlier processes counted for event 1. */
const known = (tries: Tries): ReadonlyMap<string, Tries> => new Map([['s\n1-0', tries]]);
const refused = () => new AppError('conflict');
const unknownError = () => new Error('an unknown error');

describe('the tries of an event', () => {
  it('end with the fifth when the event is refused, including those of an earlier process', async () => {
    const { runner, log } = lab(refused);
    await runner.run([entry(1, 'a')], known({ count: MAX_TRIES - 1 }));
    expect(log.dead).toEqual(['1']);
    expect(runner.heldCount()).toBe(0);
    expect(runner.dueIn()).toBeUndefined();
  });

  it('go on for hours when the error may pass, and then end', async () => {
    const { runner, log, settle, now } = lab(unknownError);
    await runner.run([entry(1, 'a')], noTries);
    await settle();
    expect(log).toEqual({ effects: [], dead: ['1'], retried: MAX_SLOW_TRIES - 1, calls: MAX_SLOW_TRIES });
    expect(now()).toBeGreaterThan(3 * HOUR);
    expect(now()).toBeLessThan(7 * HOUR);
  });

  it('are five for an event that waited behind one that was given up', async () => {
    const { runner, log, settle } = lab(refused);
    await runner.run([entry(1, 'a'), entry(2, 'a')], known({ count: MAX_TRIES - 1 }));
    expect(log.dead).toEqual(['1']);
    await settle();
    expect(log).toMatchObject({ dead: ['1', '2'], retried: MAX_TRIES - 1 });
  });

  it('are counted for each event alone, and not for the events behind it', async () => {
    const { runner, log } = lab((id) => (id === '1' ? refused() : undefined));
    await runner.run([entry(1, 'a'), entry(2, 'a'), entry(3, 'a')], known({ count: MAX_TRIES - 1 }));
    expect(log).toMatchObject({ effects: [], dead: ['1'] });
    await runner.runDue();
    expect(log.effects).toEqual(['2', '3']);
  });
});

describe('an event that is too early', () => {
  const early = () => new NotYet('early');
  const firstTry = 5_000;

  it('is tried for less than ten minutes', async () => {
    const { runner, log, moveTo } = lab(early);
    moveTo(firstTry + NOT_YET_MS - 1);
    await runner.run([entry(1, 'a')], known({ count: 0, since: firstTry }));
    expect(log).toMatchObject({ dead: [], retried: 1 });
  });

  it('is given up after ten minutes, when one more try at once does not help', async () => {
    const { runner, log, moveTo } = lab(early);
    moveTo(firstTry + NOT_YET_MS);
    await runner.run([entry(1, 'a')], known({ count: 0, since: firstTry }));
    expect(log).toMatchObject({ dead: [], retried: 1 });
    expect(runner.dueIn()).toBe(0);
    await runner.runDue();
    expect(log).toMatchObject({ dead: ['1'], retried: 1 });
  });

  it('does not die while an earlier event of its key is pending, and has one more try after that', async () => {
    const { runner, world, log, pass } = lab((id) => (id === '1' ? early() : undefined));
    world.earlierPending = true;
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    await pass(7 * HOUR);
    expect(log.dead).toEqual([]);
    world.earlierPending = false;
    // The earlier event was handled between the last failure of this one and the look at what is pending.
    world.fail = () => undefined;
    await pass(10_000);
    expect(log).toMatchObject({ dead: [], effects: ['2', '1'] });
  });

  it('is given up a moment after the earlier event of its key, when that one did not help', async () => {
    const { runner, world, log, pass } = lab((id) => (id === '2' ? undefined : early()));
    world.earlierPending = true;
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    await pass(HOUR);
    world.earlierPending = false;
    await pass(10_000);
    expect(log).toMatchObject({ dead: ['1'], effects: ['2'] });
  });

  it('is tried again when it cannot be known what is pending', async () => {
    const { runner, world, log, settle, moveTo } = lab(early);
    const away = new Error('Redis is away');
    world.refuseEarlier = away;
    moveTo(firstTry + NOT_YET_MS);
    await expect(runner.run([entry(1, 'a')], known({ count: 0, since: firstTry }))).rejects.toBe(away);
    expect(runner.isHeld(entry(1, 'a'))).toBe(true);
    world.refuseEarlier = undefined;
    await settle();
    expect(log).toMatchObject({ dead: ['1'] });
  });

  it('is tried every few seconds from its first try on', async () => {
    const { runner, log, settle, moveTo, now } = lab(early);
    moveTo(firstTry);
    await runner.run([entry(1, 'a')], noTries);
    await settle();
    expect(log.dead).toEqual(['1']);
    expect(now()).toBeGreaterThanOrEqual(firstTry + NOT_YET_MS);
    expect(now()).toBeLessThan(firstTry + NOT_YET_MS + 10_000);
    expect(log.calls).toBeLessThan(200);
  });

  it('waits as long as its error says', async () => {
    const { runner, log, settle, now } = lab(() => new NotYet('early', { maxEarlyMs: 24 * HOUR }));
    await runner.run([entry(1, 'a')], noTries);
    await settle();
    expect(log.dead).toEqual(['1']);
    expect(now()).toBeGreaterThanOrEqual(24 * HOUR);
  });

  it('is not taken for a failure of the store when many are too early together', async () => {
    const { runner, log, seen } = lab(early);
    await runner.run(entries(1, 2, 3, 4, 5), noTries);
    expect(log.retried).toBe(5);
    expect(seen.waits).toEqual([]);
  });

  it('waits a minute, and no longer, while Redis has no room for it', async () => {
    const { runner, redis, log, moveTo } = lab(() => new NotYet('early', { maxEarlyMs: 24 * HOUR }));
    redis.isFull = true;
    moveTo(firstTry + EARLY_WHEN_FULL_MS - 1);
    await runner.run([entry(1, 'a')], known({ count: 0, since: firstTry }));
    expect(log.dead).toEqual([]);
    moveTo(firstTry + EARLY_WHEN_FULL_MS + 10_000);
    await runner.runDue();
    await runner.runDue();
    expect(log.dead).toEqual(['1']);
  });
});

describe('an event that is tried for hours', () => {
  it('is given up at once when Redis has no room for it, and what waited behind it is handled', async () => {
    const { runner, redis, log, pass } = lab((id) => (id === '1' ? unknownError() : undefined));
    await runner.run([entry(1, 'a'), entry(2, 'a')], noTries);
    await pass(HOUR);
    expect(log.dead).toEqual([]);
    redis.isFull = true;
    runner.endSlowWaits();
    await runner.runDue();
    await runner.runDue();
    expect(log.dead).toEqual(['1']);
    expect(log.effects).toEqual(['2']);
    expect(runner.heldCount()).toBe(0);
  });

  it('can be made due after its fifth try, when its waits are minutes and no longer seconds', async () => {
    const { runner } = lab(unknownError);
    await runner.run([entry(1, 'a')], known({ count: MAX_TRIES - 1 }));
    runner.endSlowWaits();
    expect(runner.dueIn()).toBe(0);
  });

  it('cannot be made due before its fifth try', async () => {
    const { runner } = lab(unknownError);
    await runner.run([entry(1, 'a')], known({ count: MAX_TRIES - 2 }));
    runner.endSlowWaits();
    expect(runner.dueIn()).toBeGreaterThan(0);
  });
});

describe('an event whose dead letter cannot be written', () => {
  const lastTry = known({ count: MAX_TRIES - 1 });
  const unwritten = new Error('no letter can be written');

  it('has its last try once more, and is then given up', async () => {
    const { runner, world, log, settle } = lab(refused);
    world.refuseLetter = unwritten;
    await expect(runner.run([entry(1, 'a')], lastTry)).rejects.toBe(unwritten);
    expect(runner.isHeld(entry(1, 'a'))).toBe(true);
    world.refuseLetter = undefined;
    await settle();
    expect(log).toEqual({ effects: [], dead: ['1'], retried: 0, calls: 2 });
  });

  it('counts no try of the events after it, and they are tried again', async () => {
    const { runner, world, log } = lab((id) => (id === '3' ? undefined : refused()));
    world.refuseLetter = unwritten;
    await expect(runner.run(entries(1, 2, 3), lastTry)).rejects.toBe(unwritten);
    expect(log).toMatchObject({ effects: ['3'], retried: 0 });
    expect(runner.heldEntries().map(({ event }) => event.id)).toEqual(['1', '2']);
    expect(runner.dueIn()).toBeLessThan(1_000);
  });
});
