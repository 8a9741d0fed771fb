import { waitFor } from '@bramble/test-kit/wait-for';
import { buildReader, eventScene, GROUP, labelled, labels, metric, STREAM } from './events-support';

const scene = eventScene();
const { reader, effects, effectsAre, pending } = scene;
const deadOnes = async () => (await scene.deadLetters()).length;

/** Makes PostgreSQL refuse every effect with this error until the test heals it. */
async function refuse(code: string, condition = 'true'): Promise<() => Promise<unknown>> {
  const { pool } = scene.orders.sql;
  await pool.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF ${condition} THEN RAISE EXCEPTION 'could not write %', NEW.label USING ERRCODE = '${code}'; END IF; RETURN NEW; END $$;
     CREATE TRIGGER refuse BEFORE INSERT ON effects FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );
  return () => pool.query('DROP TRIGGER refuse ON effects');
}

/** Waits for five seconds, which is longer than five tries take, or until an event was given up. */
const fiveSecondsOrDeath = () => {
  const end = performance.now() + 5_000;
  return waitFor(async () => performance.now() > end || (await deadOnes()) > 0);
};

it('a service waits with its start while its PostgreSQL is full', async () => {
  const heal = await refuse('53100');
  const { service, sql } = buildReader(scene.stores, { instance: 'starting' });
  let tries = 0;
  service.onStart('a row', () => {
    tries += 1;
    return sql.query({
      text: `INSERT INTO effects (event_id, key, label) VALUES (gen_random_uuid(), 'start', 'start')`,
    });
  });
  const started = service.start();
  await waitFor(() => tries >= 3);
  await heal();
  await started;
  expect(await effects()).toEqual(['start']);
  await service.stop();
});

describe('a consumer whose PostgreSQL refuses', () => {
  it.each([
    ['53100', 'is full'],
    ['42501', 'has lost a privilege'],
  ])(
    'loses no event and buries none while the store answers %s because it %s',
    async (code) => {
      const heal = await refuse(code);
      const { service } = await reader();
      await scene.orders.publish(...labels('a', 100).map((label) => labelled(label, label)));
      await fiveSecondsOrDeath();
      expect(await deadOnes()).toBe(0);
      await heal();
      await effectsAre(100, { timeout: 40_000 });
      await waitFor(async () => (await pending()) === 0);
      expect((await effects()).sort()).toEqual(labels('a', 100).sort());
      expect(await deadOnes()).toBe(0);
      expect(await metric(service, 'bramble_dead_letters_total', { group: GROUP, reason: 'handler' })).toBe(
        0,
      );
    },
    60_000,
  );

  it('handles other events while one fails with an unknown error, and does not give that one up', async () => {
    const heal = await refuse('42501', `NEW.label = 'a7'`);
    await reader();
    await scene.orders.publish(...labels('a', 20).map((label) => labelled(label, label)));
    await effectsAre(19);
    await fiveSecondsOrDeath();
    expect(await deadOnes()).toBe(0);
    expect(await scene.orders.redis.hvals(`${STREAM}:tries:${GROUP}`)).toEqual(['5']);
    await heal();
  });
});

describe('a batch that takes too long', () => {
  it('is halved, so that one slow event does not delay the others', async () => {
    const heal = await refuse('57014', `NEW.label = 'a7'`);
    await reader();
    await scene.orders.publish(...labels('a', 20).map((label) => labelled(label, label)));
    await effectsAre(19);
    expect(await effects()).not.toContain('a7');
    await heal();
    await effectsAre(20);
    expect(await deadOnes()).toBe(0);
  });
});
