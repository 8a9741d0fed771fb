import { waitFor } from '@bramble/test-kit/wait-for';
import { NotYet } from '../src/base/errors';
import { eventScene, GROUP, labelled, labelOf, STREAM } from './events-support';

const MAX_EARLY_MS = 300;
const scene = eventScene();
const { reader, effects, effectsAre, deadLetters, pending } = scene;

describe('an event that is too early while another process has an earlier one of its key', () => {
  /** The other process of the group has read "shipped" and is not done with it; this one has "delivered". */
  async function startBetween() {
    const { redis } = scene.orders;
    await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await scene.orders.publish(labelled('other key', 'other'), labelled('k', 'shipped'));
    await waitFor(async () => (await redis.xlen(STREAM)) === 2);
    await redis.xreadgroup('GROUP', GROUP, 'other process', 'STREAMS', STREAM, '>');
    const [, shipped = ''] = (await redis.xrange(STREAM, '-', '+')).map(([id]) => id);
    const state = { ready: false, tries: 0 };
    await reader({
      before: (events) => {
        if (state.ready || !events.some((event) => labelOf(event) === 'delivered')) return;
        state.tries += 1;
        throw new NotYet('it is not shipped', { maxEarlyMs: MAX_EARLY_MS });
      },
    });
    await scene.orders.publish(labelled('k', 'delivered'));
    await waitFor(() => state.tries > 0);
    const firstTry = performance.now();
    await waitFor(
      async () =>
        (performance.now() > firstTry + 4 * MAX_EARLY_MS && state.tries > 3) ||
        (await deadLetters()).length > 0,
    );
    return { state, settleShipped: () => redis.xack(STREAM, GROUP, shipped) };
  }

  it('does not die before it, and is handled after it', async () => {
    const { state, settleShipped } = await startBetween();
    expect(await deadLetters()).toEqual([]);
    state.ready = true;
    await settleShipped();
    await effectsAre(1);
    expect(await effects()).toEqual(['delivered']);
    expect(await deadLetters()).toEqual([]);
  });

  it('is given up when the earlier one is done with, and it is still too early', async () => {
    const { settleShipped } = await startBetween();
    expect(await deadLetters()).toEqual([]);
    await settleShipped();
    const letters = await waitFor(deadLetters, {
      until: ({ length }) => length > 0,
      what: 'a dead letter',
      timeout: 20_000,
    });
    expect(letters).toMatchObject([{ key: 'k', error: 'NotYet: it is not shipped' }]);
    // The event of another key does not matter.
    expect(await pending()).toBe(1);
  });

  it('is handled after a later one of its key that it waits for', async () => {
    const state = { isShipped: false, tries: 0 };
    await reader({
      before: (events) => {
        for (const event of events) {
          if (labelOf(event) === 'shipped') state.isShipped = true;
          else if (!state.isShipped) {
            state.tries += 1;
            throw new NotYet('it is not shipped');
          }
        }
      },
    });
    // The clock of the publisher of "delivered" was behind, so its event came first when all were published again.
    await scene.orders.publish(labelled('k', 'delivered'));
    await waitFor(() => state.tries > 0);
    await scene.orders.publish(labelled('k', 'shipped'));
    await effectsAre(2);
    expect(await effects()).toEqual(['shipped', 'delivered']);
    expect(await deadLetters()).toEqual([]);
  });

  it('is handled after the earlier one, when this process takes that over', async () => {
    const { redis } = scene.orders;
    await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await scene.orders.publish(labelled('k', 'shipped'));
    await waitFor(async () => (await redis.xlen(STREAM)) === 1);
    await redis.xreadgroup('GROUP', GROUP, 'stopped process', 'STREAMS', STREAM, '>');
    const [[shipped = ''] = []] = await redis.xrange(STREAM, '-', '+');
    const state = { isShipped: false, tries: 0 };
    await reader({
      before: (events) => {
        for (const event of events) {
          if (labelOf(event) === 'shipped') state.isShipped = true;
          else if (!state.isShipped) {
            state.tries += 1;
            throw new NotYet('it is not shipped');
          }
        }
      },
    });
    await scene.orders.publish(labelled('k', 'delivered'));
    await waitFor(() => state.tries > 0);
    // The other process stopped a minute ago.
    await redis.xclaim(STREAM, GROUP, 'stopped process', 0, shipped, 'IDLE', 60_000);
    // Entries of stopped processes are looked for every ten seconds.
    const all = await waitFor(effects, { until: ({ length }) => length === 2, timeout: 25_000 });
    expect(all).toEqual(['shipped', 'delivered']);
    expect(await deadLetters()).toEqual([]);
  });
});
