import { deadLetterSchema } from '@bramble/contracts/gateway';
import { pageOf } from '@bramble/contracts/page';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { Change } from '../src/base/act';
import { AppError } from '../src/base/errors';
import { newId } from '../src/base/ids';
import { signInternalToken } from '../src/base/internal-auth';
import { deadLetterEndpoints } from '../src/events/dead-letter-endpoints';
import { toLetter } from '../src/events/dead-letters/letter';
import { MAX_LETTERS } from '../src/events/dead-letters/letter-store';
import { postgresStore } from '../src/events/postgres-store';
import {
  buildReader,
  effectsOf,
  GROUP,
  labelled,
  labelOf,
  lettersOf,
  metric,
  startPublisher,
  STREAM,
} from './events-support';

let stores: TestStores;
let orders: Awaited<ReturnType<typeof startPublisher>>;
let reader: ReturnType<typeof buildReader>;
let port: number;
let healed: boolean;
let audited: Change[];

const before = (events: readonly Parameters<typeof labelOf>[0][]) => {
  if (!healed && events.some((event) => labelOf(event).startsWith('bad')))
    throw new AppError('conflict', { detail: `${newId()} is not healed` });
};

beforeEach(async () => {
  stores = await testStores('service-kit');
  orders = await startPublisher(stores);
  healed = false;
  audited = [];
  reader = buildReader(stores, { before, outbox: orders.outbox });
  reader.service.mount(
    deadLetterEndpoints(reader.service, {
      store: reader.store,
      group: GROUP,
      audit: async (change) => void audited.push(change),
    }),
  );
  ({ port } = await reader.service.start());
});
afterEach(async () => {
  await reader.service.stop();
  await orders.stop();
  await stores.close();
});

const letters = () => lettersOf(orders.sql);
const lettersAre = (count: number) =>
  waitFor(
    async () => {
      const found = await letters();
      return found.length === count && found;
    },
    { timeout: 20_000, what: `${count} dead letters` },
  );
const effects = () => effectsOf(orders.sql);
const call = (method: string, path: string, kind: 'service' | 'job' = 'service') =>
  fetch(`http://127.0.0.1:${port}/internal/${path}`, {
    method,
    headers: {
      'x-internal-token': signInternalToken(
        reader.service.keys.toCall(reader.service.name, kind),
        reader.service.name,
        {
          sub: null,
          roles: [],
          kind,
          name: kind === 'service' ? 'gateway' : 'stock-refill',
          secure: false,
          cid: 'c',
        },
      ),
    },
  });
const idOf = ({ eventId }: { eventId: string }) => `${STREAM}.${GROUP}.${eventId}`;
const fieldsOf = (event: ReturnType<typeof labelled>) => ({
  ...event,
  version: '1',
  payload: JSON.stringify(event.payload),
});

/** Writes a letter as a consumer does. */
const addLetter = (label: string, failedAt = new Date(), error = 'Error: no') => {
  const entry = { stream: STREAM, origin: STREAM, id: '1-1', fields: fieldsOf(labelled('k', label)) };
  const letter = toLetter(GROUP, entry, { attempts: 5, error, reason: 'handler' }, failedAt);
  return reader.store.deadLetters(GROUP).add(letter);
};

describe('dead letters', () => {
  it('outlive a Redis that was emptied, and have their effect once when they are replayed', async () => {
    await orders.publish(labelled('k', 'bad'), labelled('k', 'next'));
    const [letter] = await lettersAre(1);
    await waitFor(async () => (await effects()).length === 1);
    await orders.redis.flushdb();
    expect(await letters()).toEqual([letter]);
    healed = true;
    const id = letter ? idOf(letter) : '';
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', `dead-letters/${id}/replay`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 404, 404]);
    await waitFor(async () => (await effects()).includes('bad'), { timeout: 15_000 });
    expect(await effects()).toEqual(['next', 'bad']);
    expect(await letters()).toEqual([]);
    await waitFor(async () => (await orders.redis.xlen(`${STREAM}:replay:${GROUP}`)) === 0);
    const replays = { stream: STREAM, group: GROUP, result: 'ok' };
    expect(await metric(reader.service, 'bramble_dead_letter_replays_total', replays)).toBe(1);
  }, 40_000);

  it('are sent again when Redis loses a replay', async () => {
    await addLetter('bad');
    const [letter] = await letters();
    await reader.service.stop();
    const publishing = postgresStore(orders.sql, orders.outbox).deadLetters(GROUP);
    expect(await publishing.replay([letter?.eventId ?? ''])).toBe(1);
    await waitFor(async () => (await orders.redis.xlen(`${STREAM}:replay:${GROUP}`)) === 1);
    await orders.redis.flushdb();
    healed = true;
    reader = buildReader(stores, { before, instance: 'second' });
    await reader.service.start();
    await waitFor(async () => (await effects()).includes('bad'), { timeout: 15_000 });
  }, 40_000);

  it('of one cause are replayed together, and those that fail again are dead letters again', async () => {
    await addLetter('bad 1', new Date(1_000), `AppError: ${newId()} is locked after 12 s`);
    await addLetter('bad 2', new Date(2_000), `AppError: ${newId()} is locked after 7 s`);
    await addLetter('good', new Date(3_000), 'AppError: another cause');
    const [other, second, first] = await letters();
    expect(first?.causeId).toBe(second?.causeId);
    expect(other?.causeId).not.toBe(first?.causeId);
    expect(first?.cause).toBe('AppError: # is locked after # s');
    const path = `dead-letter-causes/${STREAM}.${GROUP}.${first?.causeId}`;
    const answer = await call('POST', `${path}/replay`);
    expect([answer.status, await answer.json()]).toEqual([200, { letters: 2 }]);
    const again = await waitFor(
      async () => {
        const found = await letters();
        return found.length === 3 && found;
      },
      { timeout: 20_000 },
    );
    expect(again.map(({ eventId }) => eventId).sort()).toEqual(
      [first, second, other].map((letter) => letter?.eventId).sort(),
    );
    expect(again.filter(({ cause }) => cause.includes('# is not healed'))).toHaveLength(2);
    expect((await call('POST', `${path}/replay`)).status).toBe(404);
    const replays = { stream: STREAM, group: GROUP, result: 'error' };
    expect(await metric(reader.service, 'bramble_dead_letter_replays_total', replays)).toBe(2);
  }, 40_000);

  it('are one when two consumers give up the same event, and none when another one handled it', async () => {
    const event = labelled('k', 'same');
    const entry = { stream: STREAM, origin: STREAM, id: '1-1', fields: fieldsOf(event) };
    const letter = toLetter(GROUP, entry, { attempts: 5, error: 'Error: no', reason: 'handler' });
    const store = reader.store.deadLetters(GROUP);
    const added = await Promise.all([store.add(letter), store.add(letter)]);
    expect(added.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
    expect(await letters()).toHaveLength(1);
    await orders.publish(labelled('k', 'handled'));
    await waitFor(async () => (await effects()).length === 1);
    const { rows } = await orders.sql.query<{ event_id: string }>({ text: 'SELECT event_id FROM effects' });
    const late = { ...letter, eventId: rows[0]?.event_id ?? '' };
    expect(await store.add(late)).toEqual({ isNew: false, dropped: [] });
  });

  it('of an earlier version are moved from Redis, those of other groups are left there', async () => {
    const noted = { entryId: '1-1', attempts: '5', error: 'Error: old', reason: 'handler' };
    const failedAt = new Date(1_700_000_000_000).toISOString();
    for (const group of [GROUP, 'payments']) {
      const fields = { ...fieldsOf(labelled('k', `of ${group}`)), group, ...noted, failedAt };
      await orders.redis.xadd(`${STREAM}:dead`, '*', ...Object.entries(fields).flat());
    }
    const [letter] = await lettersAre(1);
    expect(letter).toMatchObject({ error: 'Error: old', attempts: 5, failedAt: new Date(failedAt) });
    expect(letter?.fields).not.toHaveProperty('attempts');
    await waitFor(async () => (await orders.redis.xlen(`${STREAM}:dead`)) === 1);
  }, 30_000);

  it('are listed page by page, newest first, and shown and discarded one by one or by cause', async () => {
    for (let i = 0; i < 7; i++) await addLetter(`l${i}`, new Date(1_000 * i));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const answer = await call('GET', `dead-letters?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
      const page = pageOf(deadLetterSchema).parse(await answer.json());
      seen.push(...page.items.map((item) => (item.payload as { number: string }).number));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['l6', 'l5', 'l4', 'l3', 'l2', 'l1', 'l0']);
    const [letter] = await letters();
    const id = letter ? idOf(letter) : '';
    expect(await (await call('GET', `dead-letters/${id}`)).json()).toMatchObject({
      letter: { id, key: 'k', error: 'handler: Error: no' },
    });
    expect((await call('DELETE', `dead-letters/${id}`)).status).toBe(204);
    expect((await call('DELETE', `dead-letters/${id}`)).status).toBe(404);
    const cause = await call('DELETE', `dead-letter-causes/${STREAM}.${GROUP}.${letter?.causeId}`);
    expect(await cause.json()).toEqual({ letters: 6 });
    expect(audited.map(({ action }) => action)).toEqual([
      'discardOwnDeadLetter',
      'discardOwnDeadLettersOfCause',
    ]);
    expect(await letters()).toEqual([]);
  });

  it('are not for jobs', async () => {
    await addLetter('mine');
    const [letter] = await letters();
    const id = letter ? idOf(letter) : '';
    const asked = [
      ['GET', 'dead-letters'],
      ['GET', `dead-letters/${id}`],
      ['POST', `dead-letters/${id}/replay`],
      ['DELETE', `dead-letters/${id}`],
      ['DELETE', `dead-letter-causes/${STREAM}.${GROUP}.${letter?.causeId}`],
    ] as const;
    for (const [method, path] of asked) expect((await call(method, path, 'job')).status).toBe(403);
    expect(await letters()).toEqual([letter]);
  });

  it('of another group or stream are not found, and what is no event cannot be replayed', async () => {
    await addLetter('mine');
    const [letter] = await letters();
    for (const id of [
      `${STREAM}.payments.${letter?.eventId}`,
      `inventory_stream.${GROUP}.${letter?.eventId}`,
      `${STREAM}.${GROUP}.1-1`,
    ])
      expect((await call('POST', `dead-letters/${id}/replay`)).status).toBe(404);
    await orders.redis.xadd(STREAM, '*', 'type', 'order.cancelled', 'payload', '{}');
    const [broken] = await lettersAre(2);
    expect((await call('POST', `dead-letters/${broken ? idOf(broken) : ''}/replay`)).status).toBe(409);
    expect(await letters()).toHaveLength(2);
  });

  it('are limited in number: one more replaces the oldest', async () => {
    await orders.sql.pool.query(
      `INSERT INTO dead_letters (consumer, event_id, stream, type, key, reason, error, attempts, failed_at, cause, cause_id, fields)
       SELECT '${GROUP}', gen_random_uuid(), '${STREAM}', 't', 'k', 'handler', 'e', 5, to_timestamp(n), 'c', 'c', '{}'
       FROM generate_series(1, ${MAX_LETTERS}) n`,
    );
    const { dropped } = await addLetter('one more');
    expect(dropped).toHaveLength(1);
    expect(dropped[0]?.failedAt).toEqual(new Date(1_000));
    expect(await metric(reader.service, 'bramble_dead_letters', { stream: STREAM })).toBe(MAX_LETTERS);
  });

  it('are the same number in each replica, and the metric says so', async () => {
    await addLetter('bad');
    const replica = buildReader(stores, { before, instance: 'replica' });
    replica.service.mount(
      deadLetterEndpoints(replica.service, {
        store: replica.store,
        group: GROUP,
        audit: async () => undefined,
      }),
    );
    await replica.service.start();
    try {
      for (const { service } of [reader, replica]) {
        await waitFor(() => metric(service, 'bramble_dead_letters', { stream: STREAM }), {
          until: (count) => count === 1,
          timeout: 20_000,
        });
        const text = await service.metrics.registry.metrics();
        for (const name of ['bramble_dead_letters', 'bramble_dead_letter_oldest_age_seconds'])
          expect(text).toMatch(
            new RegExp(`^# HELP ${name} .*take the max over its replicas, not the sum`, 'm'),
          );
      }
    } finally {
      await replica.service.stop();
    }
  }, 60_000);
});
