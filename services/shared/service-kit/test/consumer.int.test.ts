import type { AnyEvent } from '@bramble/contracts/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { AppError, NotYet } from '../src/base/errors';
import { eventScene, GROUP, labelled, labelOf, labels, metric, startReader, STREAM } from './events-support';
import { startWorker } from './worker';

const scene = eventScene();
const { reader, effects, effectsAre, pending } = scene;
const deadOnes = scene.deadLetters;
/** Throws for the event with this label, `times` times. */
const poison = (
  label: string,
  times = Infinity,
  error: () => Error = () => new AppError('conflict', { detail: 'poison' }),
) => {
  let tries = 0;
  const check = (events: readonly AnyEvent[]) => {
    if (!events.some((event) => labelOf(event) === label)) return;
    if (events.length === 1) tries += 1;
    if (tries <= times) throw error();
  };
  return Object.assign(check, { tries: () => tries });
};

describe('a consumer', () => {
  it('applies every event once, in the order of its key, and leaves nothing pending', async () => {
    for (let i = 0; i < 300; i++) await scene.orders.publish(labelled(`k${i % 3}`, `a${i}`));
    const { service } = await reader();
    await effectsAre(300);
    for (const key of [0, 1, 2])
      expect(await effects(`k${key}`)).toEqual(labels('a', 300).filter((_, i) => i % 3 === key));
    await waitFor(async () => (await pending()) === 0);
    const delays = await metric(service, 'bramble_event_delay_seconds_count', {
      stream: STREAM,
      group: GROUP,
    });
    expect(delays).toBe(300);
  });

  it('keeps the order of a key while one of its events fails, and lets the others go on', async () => {
    const bad = poison('bad', 2);
    await reader({ before: bad });
    await scene.orders.publish(
      labelled('k', 'first'),
      labelled('k', 'bad'),
      labelled('k', 'third'),
      ...labels('o', 50).map((label) => labelled(label, label)),
    );
    await waitFor(() => bad.tries() >= 1);
    await scene.orders.publish(labelled('k', 'fourth'), labelled('o0', 'later'));
    await waitFor(async () => (await effects()).includes('later'));
    expect(await effects('k')).toEqual(['first']);
    await waitFor(async () => (await effects('k')).length === 4);
    expect(await effects('k')).toEqual(['first', 'bad', 'third', 'fourth']);
    expect(bad.tries()).toBe(3);
    await waitFor(async () => (await pending()) === 0);
    expect(await deadOnes()).toEqual([]);
    expect(await scene.orders.redis.exists(`${STREAM}:tries:${GROUP}`)).toBe(0);
  });

  it('gives up an event that was refused 5 times, and then handles those behind it', async () => {
    const bad = poison('bad');
    const { service } = await reader({ before: bad });
    await scene.orders.publish(labelled('k', 'bad'), labelled('k', 'next'), labelled('o', 'other'));
    await waitFor(async () => (await effects('k')).length === 1, { timeout: 15_000 });
    expect(bad.tries()).toBe(5);
    expect((await effects()).sort()).toEqual(['next', 'other']);
    const [letter] = await deadOnes();
    expect(letter).toMatchObject({ attempts: 5, reason: 'handler', stream: STREAM });
    expect(letter?.error).toContain('poison');
    expect(JSON.parse(letter?.fields['payload'] ?? '')).toMatchObject({ number: 'bad' });
    await waitFor(async () => (await pending()) === 0);
    const dead = { stream: STREAM, group: GROUP, reason: 'handler' };
    expect(await metric(service, 'bramble_dead_letters_total', dead)).toBe(1);
    expect(await metric(service, 'bramble_event_retries_total', { type: 'order.cancelled' })).toBe(5);
  });

  it('counts tries over a restart', async () => {
    const before = poison('bad');
    const first = await startReader(scene.stores, { before });
    await scene.orders.publish(labelled('k', 'bad'), labelled('k', 'next'));
    await waitFor(() => before.tries() === 3);
    await first.stop();
    const after = poison('bad');
    await reader({ before: after });
    await waitFor(async () => (await deadOnes()).length === 1, { timeout: 15_000 });
    expect(before.tries() + after.tries()).toBe(5);
    await waitFor(async () => (await effects()).length === 1);
  });

  it('retries an event that is too early without counting tries, and lets a later one of its key pass', async () => {
    const early = poison('early', 6, () => new NotYet('its order is not known yet'));
    await reader({ before: early });
    await scene.orders.publish(labelled('k', 'early'), labelled('k', 'next'));
    await waitFor(async () => (await effects()).length === 2, { timeout: 25_000 });
    expect(await effects()).toEqual(['next', 'early']);
    expect(await deadOnes()).toEqual([]);
  });

  it('repeats the whole batch, uncounted, while a store is away', async () => {
    let failures = 0;
    await reader({
      before: () => {
        if (failures++ < 6) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      },
    });
    await scene.orders.publish(...labels('a', 5).map((label) => labelled('k', label)));
    await effectsAre(5, { timeout: 25_000 });
    expect(await effects()).toEqual(labels('a', 5));
    expect(await scene.orders.redis.exists(`${STREAM}:tries:${GROUP}`)).toBe(0);
  });

  it('has an effect once when the process ends between commit and acknowledgement', async () => {
    const worker = await startWorker(scene.stores, 'reader that dies after its commit');
    await scene.orders.publish(...labels('a', 3).map((label) => labelled('k', label)));
    expect(await worker.exited).toBe('SIGKILL');
    const committed = await effects();
    expect(committed.length).toBeGreaterThan(0);
    expect(await pending()).toBe(committed.length);
    const { service } = await reader();
    await effectsAre(3);
    await waitFor(async () => (await pending()) === 0);
    expect(await effects()).toEqual(labels('a', 3));
    const duplicates = { type: 'order.cancelled', outcome: 'duplicate' };
    expect(await metric(service, 'bramble_event_handler_duration_seconds_count', duplicates)).toBe(
      committed.length,
    );
  });

  it('gives up an event that ends every process that handles it, and handles the others', async () => {
    await scene.orders.publish(...['a0', 'a1', 'deadly', 'a2', 'a3'].map((label) => labelled(label, label)));
    const isDone = async () => (await deadOnes()).length === 1 && (await effects()).length === 4;
    let deaths = 0;
    for (let done = false; !done && deaths < 8;) {
      const worker = await startWorker(scene.stores, 'reader that dies of one event');
      let dead = false;
      void worker.exited.then(() => (dead = true));
      await waitFor(async () => dead || (await isDone()), { timeout: 20_000 });
      done = await isDone();
      if (!done) deaths += 1;
      await worker.kill();
    }
    // One with all five in its batch, and three with the deadly one alone.
    expect(deaths).toBe(4);
    expect((await effects()).sort()).toEqual(['a0', 'a1', 'a2', 'a3']);
    const [letter] = await deadOnes();
    expect(letter?.error).toContain('3 processes ended while they handled this event');
    await waitFor(async () => (await pending()) === 0);
  }, 120_000);

  it('finishes its current batch when it is stopped, and stops at once when there is none', async () => {
    let handling = () => {};
    const started = new Promise<void>((resolve) => (handling = resolve));
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const busy = await startReader(scene.stores, {
      before: async () => {
        handling();
        await gate;
      },
    });
    await scene.orders.publish(labelled('k', 'a'));
    await started;
    const stopped = busy.stop();
    release();
    await stopped;
    expect(await effects()).toEqual(['a']);
    expect(await pending()).toBe(0);
    const idle = await startReader(scene.stores);
    await waitFor(async () => String(await scene.orders.redis.client('LIST')).includes('cmd=xreadgroup'));
    const at = Date.now();
    await idle.stop();
    expect(Date.now() - at).toBeLessThan(2_500);
  });

  it('gives up an event that its schema refuses at once, with the reason', async () => {
    const { service } = await reader();
    await scene.orders.redis.xadd(STREAM, '*', 'type', 'order.cancelled', 'payload', '{}');
    const { id } = labelled('k', 'x');
    const envelope = { id, version: '1', key: 'k', correlationId: 'c', traceparent: '' };
    const occurredAt = new Date().toISOString();
    const bad = { ...envelope, occurredAt, type: 'order.cancelled', payload: '{"orderId":7}' };
    await scene.orders.redis.xadd(STREAM, '*', ...Object.entries(bad).flat());
    await scene.orders.publish(labelled('k', 'good'));
    await effectsAre(1);
    const letters = await waitFor(async () => {
      const found = await deadOnes();
      return found.length === 2 && found;
    });
    expect(letters.map(({ reason }) => reason)).toEqual(['schema', 'schema']);
    const labels = { stream: STREAM, group: GROUP, reason: 'schema' };
    expect(await metric(service, 'bramble_dead_letters_total', labels)).toBe(2);
  });
});
