import { randomUUID } from 'node:crypto';
import { openShop, type OpenShop } from './open-shop';

/** Samples are taken until the interval is narrow enough to tell, since a busy machine makes it wide. */
const ROUND = 150;
const MAX_SAMPLES = 1_500;
const NARROW = 0.12;
const password = 'a-long-password-1';

let shop: OpenShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

async function post(path: string, body: object): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(`${shop.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return performance.now() - startedAt;
}
const median = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
/** The middle 95 % of what the ratio of medians is when the samples are drawn again and again. */
function ratioInterval(first: readonly number[], second: readonly number[]): [number, number] {
  const draw = (values: readonly number[]) =>
    median(values.map(() => values[Math.floor(Math.random() * values.length)] ?? 0));
  const ratios = Array.from({ length: 1_000 }, () => draw(first) / draw(second)).sort((a, b) => a - b);
  return [ratios[25] ?? 0, ratios[974] ?? 0];
}

/** Known and unknown in turn, so that whatever else the machine does falls on both alike. */
async function compare(known: () => Promise<number>, unknown: () => Promise<number>): Promise<void> {
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  let [low, high] = [0, Infinity];
  while (high - low > NARROW && times.known.length < MAX_SAMPLES) {
    for (let n = 0; n < ROUND; n++) {
      const order = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
      for (const which of order) times[which].push(await (which === 'known' ? known : unknown)());
    }
    [low, high] = ratioInterval(times.known, times.unknown);
  }
  console.log(
    `ratio of medians, known to unknown, of ${times.known.length} each: ${low.toFixed(3)} to ${high.toFixed(3)}`,
  );
  expect(low).toBeGreaterThan(0.9);
  expect(low).toBeLessThanOrEqual(1);
  expect(high).toBeGreaterThanOrEqual(1);
  expect(high).toBeLessThan(1.1);
}

describe('the time of an answer tells nothing about an account', () => {
  const emails = Array.from({ length: 20 }, () => `known-${randomUUID()}@example.com`);
  const someKnown = () => emails[Math.floor(Math.random() * emails.length)] ?? '';
  beforeAll(async () => {
    for (const email of emails) await post('/api/auth/signup', { email, password, name: 'Known' });
  });

  it(
    'at sign-in',
    () =>
      compare(
        () => post('/api/auth/login', { email: someKnown(), password: 'not this one' }),
        () =>
          post('/api/auth/login', { email: `unknown-${randomUUID()}@example.com`, password: 'not this one' }),
      ),
    300_000,
  );

  it(
    'when a new password is asked for',
    () =>
      compare(
        () => post('/api/auth/forgot-password', { email: someKnown() }),
        () => post('/api/auth/forgot-password', { email: `unknown-${randomUUID()}@example.com` }),
      ),
    300_000,
  );
});
