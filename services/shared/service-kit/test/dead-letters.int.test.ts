import { deadLetterSchema } from '@bramble/contracts/gateway';
import { pageOf } from '@bramble/contracts/page';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { Change } from '../src/base/act';
import { AppError } from '../src/base/errors';
import { signInternalToken } from '../src/base/internal-auth';
import { deadLetterEndpoints, discardDead, listDead, replayDead, showDead } from '../src/events/dead-letters';
import {
  buildReader,
  effectsOf,
  GROUP,
  labelled,
  labelOf,
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

beforeEach(async () => {
  stores = await testStores('service-kit');
  orders = await startPublisher(stores);
  healed = false;
  audited = [];
  reader = buildReader(stores, {
    before: (events) => {
      if (!healed && events.some((event) => labelOf(event).startsWith('bad')))
        throw new AppError('conflict', { detail: 'not healed' });
    },
  });
  reader.service.mount(
    deadLetterEndpoints(reader.service, {
      redis: reader.redis,
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

const scope = () => ({ redis: orders.redis, group: GROUP });
const letters = async () => (await listDead(scope(), { limit: 100 })).items;
const effects = () => effectsOf(orders.sql);
const call = (method: string, path: string) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      'x-internal-token': signInternalToken(
        reader.service.keys.toCall(reader.service.name, 'service'),
        reader.service.name,
        {
          sub: null,
          roles: [],
          kind: 'service',
          name: 'gateway',
          secure: false,
          cid: 'c',
        },
      ),
    },
  });
/** Writes a letter as a consumer does. */
const bury = (group: string, label: string, stream = STREAM) => {
  const event = labelled('k', label);
  return orders.redis.xadd(
    `${stream}:dead`,
    '*',
    ...Object.entries({
      ...event,
      version: '1',
      payload: JSON.stringify(event.payload),
      group,
      entryId: '1-1',
      attempts: '5',
      error: 'Error: no',
      reason: 'handler',
      failedAt: new Date().toISOString(),
    }).flat(),
  );
};

describe('dead letters', () => {
  it('have their effect exactly once when they are replayed after the repair', async () => {
    await orders.say(labelled('k', 'bad'), labelled('k', 'next'));
    const [letter] = await waitFor(
      async () => {
        const found = await letters();
        return found.length === 1 && found;
      },
      { timeout: 15_000 },
    );
    expect(deadLetterSchema.parse(letter)).toMatchObject({
      stream: STREAM,
      group: GROUP,
      attempts: 5,
      key: 'k',
    });
    expect(letter?.error).toContain('not healed');
    healed = true;
    const id = letter?.id ?? '';
    const answers = await Promise.all(
      [1, 2, 3].map(() => call('POST', `/internal/dead-letters/${id}/replay`)),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([204, 404, 404]);
    await waitFor(async () => (await effects()).includes('bad'));
    expect(await effects()).toEqual(['next', 'bad']);
    await waitFor(async () => (await orders.redis.xlen(`${STREAM}:replay:${GROUP}`)) === 0);
    expect(await letters()).toEqual([]);
    const replays = { stream: STREAM, group: GROUP, result: 'ok' };
    expect(await metric(reader.service, 'bramble_dead_letter_replays_total', replays)).toBe(1);
  });

  it('are dead letters again when the replay fails', async () => {
    const first = await bury(GROUP, 'bad');
    await replayDead(scope(), `${STREAM}.${GROUP}.${first}`);
    expect(await letters()).toEqual([]);
    const [letter] = await waitFor(
      async () => {
        const found = await letters();
        return found.length === 1 && found;
      },
      { timeout: 15_000 },
    );
    expect(letter?.id).not.toBe(`${STREAM}.${GROUP}.${first}`);
    expect(letter?.attempts).toBe(5);
    const replays = { stream: STREAM, group: GROUP, result: 'error' };
    expect(await metric(reader.service, 'bramble_dead_letter_replays_total', replays)).toBe(1);
  });

  it('are listed page by page, newest first, over all streams, each group its own', async () => {
    for (let i = 0; i < 5; i++) {
      await bury(GROUP, `bad a${i}`);
      await bury('payments', `other ${i}`);
      await bury(GROUP, `bad b${i}`, 'inventory_stream');
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = `limit=3${cursor === null ? '' : `&cursor=${cursor}`}`;
      const answer = await call('GET', `/internal/dead-letters?${query}`);
      expect(answer.status).toBe(200);
      const page = pageOf(deadLetterSchema).parse(await answer.json());
      expect(page.items.length).toBeGreaterThan(0);
      seen.push(...page.items.map((item) => (item.payload as { number: string }).number));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const expected = [4, 3, 2, 1, 0].flatMap((i) => [`bad b${i}`, `bad a${i}`]);
    expect(seen).toHaveLength(10);
    expect(new Set(seen)).toEqual(new Set(expected));
    const all = await listDead({ redis: orders.redis }, { limit: 100 });
    expect(all.items).toHaveLength(15);
    const addedAt = all.items.map((item) => Number(item.id.split('.')[2]?.split('-')[0]));
    expect(addedAt).toEqual([...addedAt].sort((a, b) => b - a));
  });

  it('are shown, and discarded once', async () => {
    const id = `${STREAM}.${GROUP}.${await bury(GROUP, 'bad')}`;
    expect(await showDead(scope(), id)).toMatchObject({ id, key: 'k', error: 'handler: Error: no' });
    expect((await call('DELETE', `/internal/dead-letters/${id}`)).status).toBe(204);
    expect((await call('DELETE', `/internal/dead-letters/${id}`)).status).toBe(404);
    expect(await letters()).toEqual([]);
  });

  it('of another group or stream are not found', async () => {
    const entry = await bury('payments', 'other');
    for (const id of [
      `${STREAM}.payments.${entry}`,
      `${STREAM}.${GROUP}.${entry}`,
      `users_stream.${GROUP}.${entry}`,
    ]) {
      await expect(replayDead(scope(), id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(discardDead(scope(), id)).rejects.toMatchObject({ code: 'not_found' });
      expect((await call('POST', `/internal/dead-letters/${id}/replay`)).status).toBe(404);
    }
    expect(await orders.redis.xlen(`${STREAM}:dead`)).toBe(1);
  });
});
