import { randomUUID } from 'node:crypto';
import { authApi } from '@bramble/contracts/auth';
import { refusedStatus } from '@bramble/test-kit/shop-client';
import { tally } from '@bramble/test-kit/tally';
import { median } from '../helpers/median';
import { shopClient } from './shop';

/** Samples are taken until the interval is narrow enough to tell, since a busy machine makes it wide. */
const ROUND = 150;
const MAX_SAMPLES = 1_500;
const NARROW = 0.12;
const WARM_UP = 20;
const TRIES = 3;
const password = 'a-long-password-1';

/** The milliseconds of a call that ends with `status`. Two refusals for another reason would be alike too. */
async function timed(call: Promise<unknown>, status: number): Promise<number> {
  const startedAt = performance.now();
  const ended = await call.then(() => 204, refusedStatus);
  const took = performance.now() - startedAt;
  if (ended !== status) throw new Error(`answered ${String(ended)} and not ${status}`);
  return took;
}
const shop = shopClient();
const signIn = (email: string) =>
  timed(shop.call(authApi.login, { body: { email, password: 'not this one' } }), 401);
const forget = (email: string) => timed(shop.call(authApi.forgotPassword, { body: { email } }), 204);
const unknown = () => `unknown-${randomUUID()}@example.com`;
/** The middle 95 % of what the ratio of medians is when the samples are drawn again and again. */
function ratioInterval(first: readonly number[], second: readonly number[]): [number, number] {
  const draw = (values: readonly number[]) =>
    median(values.map(() => values[Math.floor(Math.random() * values.length)] ?? 0));
  const ratios = Array.from({ length: 1_000 }, () => draw(first) / draw(second)).sort((a, b) => a - b);
  return [ratios[25] ?? 0, ratios[974] ?? 0];
}

/** Known and unknown in turn, so that whatever else the machine does falls on both alike. */
async function interval(
  known: () => Promise<number>,
  unknown: () => Promise<number>,
): Promise<{ low: number; high: number; samples: number }> {
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  let [low, high] = [0, Infinity];
  while (high - low > NARROW && times.known.length < MAX_SAMPLES) {
    for (let n = 0; n < ROUND; n++) {
      const order = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
      for (const which of order) times[which].push(await (which === 'known' ? known : unknown)());
    }
    [low, high] = ratioInterval(times.known, times.unknown);
  }
  return { low, high, samples: times.known.length };
}

/**
 * Of equals, one 95 % interval in twenty leaves 1 out; so one that does is measured anew. A difference that is there
 * stays there.
 */
async function compare(
  what: string,
  known: () => Promise<number>,
  unknown: () => Promise<number>,
): Promise<void> {
  for (let n = 0; n < WARM_UP; n++) await Promise.all([known(), unknown()]);
  const tries: { low: number; high: number; samples: number }[] = [];
  let equal = false;
  while (!equal && tries.length < TRIES) {
    const measured = await interval(known, unknown);
    tries.push(measured);
    const { low, high } = measured;
    equal = low > 0.9 && low <= 1 && high >= 1 && high < 1.1;
  }
  const said = tries.map(({ low, high }) => `${low.toFixed(3)} to ${high.toFixed(3)}`).join(', then ');
  tally(
    `time of ${what}, known to unknown: ${said}`,
    tries.reduce((sum, { samples }) => sum + 2 * samples, 0),
    equal ? [] : tries,
  );
  expect({ equal, said }).toEqual({ equal: true, said });
}

describe('the time of an answer tells nothing about an account', () => {
  const emails = Array.from({ length: 20 }, () => `known-${randomUUID()}@example.com`);
  const someKnown = () => emails[Math.floor(Math.random() * emails.length)] ?? '';
  beforeAll(async () => {
    for (const email of emails) await shop.signUp('customer', { email, password });
  });

  it(
    'at sign-in',
    () =>
      compare(
        'sign-in',
        () => signIn(someKnown()),
        () => signIn(unknown()),
      ),
    900_000,
  );

  it(
    'when a new password is asked for',
    () =>
      compare(
        'asking for a new password',
        () => forget(someKnown()),
        () => forget(unknown()),
      ),
    900_000,
  );
});
