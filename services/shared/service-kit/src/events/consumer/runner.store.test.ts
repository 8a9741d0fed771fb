import { entries, entry, lab, noTries } from '../../../test/runner-lab';
import { AppError } from '../../base/errors';

/** An error that each event meets with its own id in the message. */
const broken = (id: string) => new Error(`relation "effects" does not exist, at event ${id}`);

describe('a store that fails for the events of most keys', () => {
  it('has no try counted of any event until it works again', async () => {
    const { runner, world, log, settle } = lab(broken);
    await runner.run(entries(...Array(100).keys()), noTries);
    expect(log).toMatchObject({ effects: [], dead: [], retried: 0 });
    // Each of the first events is alone after seven halvings; the other 96 are not tried.
    expect(log.calls).toBeLessThan(20);
    expect(runner.heldCount()).toBe(100);
    world.fail = () => undefined;
    await settle();
    expect(log.effects).toHaveLength(100);
    expect(log.dead).toEqual([]);
  });

  it('has the events that were put off without a try handled later in the order of their key', async () => {
    const { runner, world, log, settle } = lab(broken);
    await runner.run([...entries(1, 2, 3), entry(4, 'a'), entry(5, 'a')], noTries);
    expect(runner.heldEntries().map(({ event }) => event.id)).toEqual(['1', '2', '3', '4', '5']);
    world.fail = () => undefined;
    await settle();
    expect(log.effects.filter((id) => Number(id) > 3)).toEqual(['4', '5']);
  });

  it('is taken to be the cause again as long as nothing was handled since', async () => {
    const { runner, log, moveTo } = lab(broken);
    await runner.run(entries(1, 2, 3), noTries);
    moveTo(60_000);
    await runner.runDue();
    expect(log.retried).toBe(0);
  });

  it('is taken to be the cause again when another event of the batch was handled before, and none since', async () => {
    const { runner, log, moveTo } = lab((id) => (id === '1' ? undefined : broken(id)));
    await runner.run(entries(1, 2, 3, 4), noTries);
    expect(log.effects).toEqual(['1']);
    moveTo(60_000);
    await runner.runDue();
    expect(log.retried).toBe(0);
  });

  it('is not taken to be the cause when events fail again after others were handled', async () => {
    const { runner, world, log, moveTo } = lab(broken);
    moveTo(1_000);
    await runner.run(entries(1, 2, 3), noTries);
    world.fail = (id) => (id === '4' ? undefined : broken(id));
    moveTo(30_000);
    await runner.run(entries(4), noTries);
    moveTo(60_000);
    await runner.runDue();
    expect(log.retried).toBe(3);
  });

  it('is not taken to be the cause when a few keys fail with one error and more keys are handled', async () => {
    const { runner, log, settle } = lab((id) => (Number(id) < 3 ? new AppError('conflict') : undefined));
    await runner.run(entries(0, 1, 2, 3, 4, 5, 6, 7), noTries);
    await settle();
    expect([...log.effects].sort()).toEqual(['3', '4', '5', '6', '7']);
    expect([...log.dead].sort()).toEqual(['0', '1', '2']);
  });

  it('is taken to be the cause as soon as most keys failed with one error, whatever other errors came before', async () => {
    const { runner, log } = lab((id) => (Number(id) < 2 ? new Error(`poison of ${id}`) : broken(id)));
    await runner.run(entries(...Array(64).keys()), noTries);
    expect(log.retried).toBe(2);
    expect(log.calls).toBeLessThan(20);
  });

  it('is waited for longer after each failure, until an event is handled', async () => {
    const { runner, world, seen, moveTo, settle } = lab(broken);
    await runner.run(entries(1, 2, 3), noTries);
    for (const minute of [1, 2]) {
      moveTo(minute * 60_000);
      await runner.runDue();
    }
    expect(seen.waits).toEqual([1, 2, 3]);
    world.fail = () => undefined;
    await settle();
    world.fail = broken;
    await runner.run(entries(4, 5, 6), noTries);
    expect(seen.waits).toEqual([1, 2, 3, 1]);
  });

  it('is waited for longer after its second failure, also when a call in between had nothing to try', async () => {
    const { runner, seen } = lab(broken);
    await runner.run(entries(1, 2, 3), noTries);
    await runner.runDue();
    await runner.run(entries(4, 5, 6), noTries);
    expect(seen.waits).toEqual([1, 2]);
  });

  it('is tried again after up to half a minute when it has failed often', async () => {
    const { runner, moveTo } = lab(broken);
    await runner.run(entries(1, 2, 3), noTries);
    for (let minute = 1; minute <= 10; minute++) {
      moveTo(minute * 60_000);
      await runner.runDue();
    }
    expect(runner.dueIn()).toBeGreaterThanOrEqual(15_000);
    expect(runner.dueIn()).toBeLessThanOrEqual(30_000);
  });

  it('leaves the batch unfinished when the consumer stops in the meantime', async () => {
    const { runner, world } = lab(broken);
    world.stopping = true;
    expect(await runner.run(entries(1, 2, 3), noTries)).toBe(false);
  });

  it('has no try counted of an event that was put off without one', async () => {
    const { runner, world, log, seen, moveTo } = lab(broken);
    await runner.run(entries(9), noTries);
    expect(log.retried).toBe(1);
    world.fail = () => undefined;
    moveTo(500);
    await runner.run(entries(8), noTries);
    world.fail = broken;
    moveTo(1_000);
    await runner.run(entries(1, 2, 3), noTries);
    moveTo(60_000);
    await runner.runDue();
    expect(seen.batches.filter((ids) => ids.length === 1 && ids[0] === '9')).toHaveLength(1);
    expect(log.retried).toBe(1);
  });
});

describe('the order in which events that are due are tried', () => {
  it('begins with those whose tries failed least', async () => {
    const { runner, world, seen, moveTo } = lab(
      (id) => new Error(`poison of kind ${'x'.repeat(Number(id))}`),
    );
    await runner.run(entries(1), new Map([['s\n1-0', { count: 2 }]]));
    await runner.run(entries(2), new Map([['s\n2-0', { count: 1 }]]));
    await runner.run(entries(3), noTries);
    world.fail = () => undefined;
    moveTo(60_000);
    await runner.runDue();
    expect(seen.batches.at(-1)).toEqual(['3', '2', '1']);
  });

  it('begins, among those with as many tries, with those that were put off least often because of the store', async () => {
    const { runner, world, seen, moveTo } = lab(broken);
    await runner.run(entries(1, 2, 3), noTries);
    moveTo(60_000);
    await runner.runDue();
    await runner.run(entries(4, 5, 6), noTries);
    world.fail = () => undefined;
    moveTo(120_000);
    await runner.runDue();
    expect(seen.batches.at(-1)).toEqual(['4', '5', '6', '1', '2', '3']);
  });
});
