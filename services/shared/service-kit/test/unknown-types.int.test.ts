import { z } from 'zod';
import { events } from '@bramble/contracts/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { eventScene, GROUP, labelled, metric, STREAM } from './events-support';

const INVENTED = 'order.invented';
const DAY_MS = 86_400_000;

const scene = eventScene();
const { reader, effects, effectsAre, pending } = scene;
const { deadLetters } = scene;

/** Publishes an event of a type that only a newer version of the contracts has. */
const publishInvented = async (key: string): Promise<string> => {
  const { payload, ...envelope } = labelled(key, 'invented');
  const fields = { ...envelope, version: '1', type: INVENTED, payload: JSON.stringify(payload) };
  const id = await scene.orders.redis.xadd(STREAM, '*', ...Object.entries(fields).flat());
  return id ?? '';
};
/** Puts the invented type into the contracts, as a newer version would. */
const upgradeContracts = () => Object.assign(events, { [INVENTED]: events['order.cancelled'] });

afterEach(() => {
  Reflect.deleteProperty(events, INVENTED);
  Reflect.deleteProperty(events['order.cancelled'], 'version');
});

describe('an event of a version that this version does not know', () => {
  it('is held back though its payload does not parse, until a version that knows it runs', async () => {
    const { service } = await reader({ types: ['order.cancelled'] });
    const { id, payload, ...event } = labelled('k', 'newer');
    const fields = {
      ...event,
      id,
      version: '2',
      payload: JSON.stringify({ ...payload, userId: 'a new kind' }),
    };
    await scene.orders.redis.xadd(STREAM, '*', ...Object.entries(fields).flat());
    await scene.orders.publish(labelled('k', 'next'), labelled('o', 'other'));
    await effectsAre(1);
    const held = { stream: STREAM, group: GROUP, outcome: 'held' };
    await waitFor(async () => (await metric(service, 'bramble_unknown_events_total', held)) === 1);
    await waitFor(async () => (await pending()) === 2);
    expect([await effects(), await deadLetters()]).toEqual([['other'], []]);
    await scene.stopReaders();
    const { payload: known } = events['order.cancelled'];
    Object.assign(events['order.cancelled'], { version: 2, payload: known.extend({ userId: z.string() }) });
    try {
      await reader({ types: ['order.cancelled'] });
      await effectsAre(3);
    } finally {
      Object.assign(events['order.cancelled'], { payload: known });
    }
    expect(await effects('k')).toEqual(['newer', 'next']);
    expect(await deadLetters()).toEqual([]);
  });
});

describe('an event of a type that this version does not know', () => {
  it('is ignored and counted by a consumer that lists its types', async () => {
    const { service } = await reader({ types: ['order.cancelled'] });
    await publishInvented('k');
    await scene.orders.publish(labelled('k', 'next'));
    await effectsAre(1);
    await waitFor(async () => (await pending()) === 0);
    expect(await effects()).toEqual(['next']);
    expect(await deadLetters()).toEqual([]);
    const ignored = { stream: STREAM, group: GROUP, outcome: 'ignored' };
    expect(await metric(service, 'bramble_unknown_events_total', ignored)).toBe(1);
  });

  it('is not counted when the contracts know a type that the consumer does not list', async () => {
    const { service } = await reader({ types: ['order.placed'] });
    await scene.orders.publish(labelled('k', 'of no interest'));
    await waitFor(async () => (await scene.orders.redis.xlen(STREAM)) === 1);
    await waitFor(async () => (await pending()) === 0);
    const ignored = { stream: STREAM, group: GROUP, outcome: 'ignored' };
    expect(await metric(service, 'bramble_unknown_events_total', ignored)).toBe(0);
    expect(await effects()).toEqual([]);
  });

  it('is held back with later events of its key by a consumer of all types, until a version that knows it runs', async () => {
    const { service } = await reader();
    await publishInvented('k');
    await scene.orders.publish(labelled('k', 'next'), labelled('o', 'other'));
    await effectsAre(1);
    const held = { stream: STREAM, group: GROUP, outcome: 'held' };
    await waitFor(async () => (await metric(service, 'bramble_unknown_events_total', held)) === 1);
    await waitFor(async () => (await pending()) === 2);
    expect(await effects()).toEqual(['other']);
    await scene.stopReaders();
    upgradeContracts();
    await reader();
    await effectsAre(3);
    expect(await effects('k')).toEqual([INVENTED, 'next']);
    expect(await deadLetters()).toEqual([]);
    await waitFor(async () => (await pending()) === 0);
  });

  it('becomes a dead letter after a day, with the reason', async () => {
    const { redis } = scene.orders;
    await redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    const id = await publishInvented('k');
    await redis.xreadgroup('GROUP', GROUP, 'reader', 'STREAMS', STREAM, '>');
    const since = String(Date.now() - DAY_MS);
    await redis.hset(`${STREAM}:tries:${GROUP}`, id, '0', `${id}:since`, since);
    const { service } = await reader();
    const letters = await waitFor(async () => {
      const found = await deadLetters();
      return found.length === 1 && found;
    });
    expect(letters[0]).toMatchObject({ reason: 'unknown_type', type: INVENTED });
    const dead = { stream: STREAM, group: GROUP, reason: 'unknown_type' };
    await waitFor(async () => (await metric(service, 'bramble_dead_letters_total', dead)) === 1);
  });
});
