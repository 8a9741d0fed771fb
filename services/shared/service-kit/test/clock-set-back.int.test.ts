import { waitFor } from '@bramble/test-kit/wait-for';
import { OUTBOX_COLUMNS, outboxColumns, outboxUnnest } from '../src/events/postgres-outbox';
import { eventScene, GROUP, labelled, STREAM } from './events-support';

const { now } = Date;
let offset = 0;
// Set before the scene is opened, so that the parts that it starts use this clock.
beforeEach(() => {
  offset = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + offset);
});
const scene = eventScene();
const { reader, effects, effectsAre } = scene;
afterEach(() => jest.restoreAllMocks());
/** A board without a battery-backed clock jumps like this when it gets the time from the network. */
const setClockBack = () => (offset = -600_000);

describe('a clock that was set back by ten minutes', () => {
  it('does not keep the relay from finding rows whose notification was lost', async () => {
    await reader();
    await scene.orders.publish(labelled('k', 'a'));
    await effectsAre(1);
    setClockBack();
    for (const label of ['b', 'c']) {
      await scene.orders.sql.query({
        text: `INSERT INTO outbox (${OUTBOX_COLUMNS}) SELECT * FROM ${outboxUnnest(1)}`,
        values: outboxColumns([labelled('k', label)]),
      });
      await waitFor(async () => (await effects()).includes(label), { timeout: 5_000 });
    }
    expect(await effects()).toEqual(['a', 'b', 'c']);
  });

  it('does not keep a consumer from trying an event again', async () => {
    let tries = 0;
    await reader({
      before: () => {
        tries += 1;
        if (tries <= 4) throw new Error('no');
      },
    });
    await scene.orders.publish(labelled('k', 'a'));
    const counted = () => scene.orders.redis.hvals(`${STREAM}:tries:${GROUP}`);
    await waitFor(async () => (await counted())[0] === '4');
    // Redis answers the reader before it answers these: by then the reader has set the time of its next try.
    for (let i = 0; i < 5; i++) await scene.orders.redis.ping();
    setClockBack();
    await effectsAre(1, { timeout: 8_000 });
    expect(tries).toBe(5);
  });
});
