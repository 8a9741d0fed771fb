import { seeded } from '@bramble/service-kit/base/random';
import { tally } from '@bramble/test-kit/tally';
import { documented, endsTheCaller, nameOf } from './contract';
import { short } from './effort';
import { fatalLines, memory, openedBreakers, processes } from './fuzz/processes';
import { type Fault, fuzzed } from './fuzz/requests';
import { send } from './fuzz/send';
import { shopUrl } from './shop';
import { type Caller, filled, makeWorld } from './world';

const REQUESTS = short ? 3_000 : 20_000;
const WARM_UP = 500;
const AT_ONCE = 24;
const SEED = Number(process.env['SEED'] ?? 1);
/** Memory may grow by half: what is above it was kept, not used. */
const GROWTH = 1.5;

it('no request, whatever its bytes, ends a process, opens a breaker or stays in memory', async () => {
  const url = shopUrl();
  const world = await makeWorld();
  const operations = (await documented()).filter((operation) => !endsTheCaller(operation));
  const random = seeded(SEED);
  const callers = Object.keys(world.tokens) as Caller[];
  const statuses = new Map<number, number>();
  const tried = new Map<Fault, number>();
  const touched = new Set<string>();
  const failures: string[] = [];

  async function attack(count: number): Promise<void> {
    let left = count;
    const attacker = async () => {
      while (left-- > 0) {
        // Pictures have the only body that is passed on while it comes, so a tenth of all is for them.
        const operation = random.chance(0.1)
          ? random.pick(operations.filter(({ multipart }) => multipart))
          : random.pick(operations);
        const path = filled(operation.path, world);
        const request = fuzzed(operation, { path, token: world.tokens[random.pick(callers)], random });
        touched.add(nameOf(operation));
        tried.set(request.fault, (tried.get(request.fault) ?? 0) + 1);
        for (const status of await send(url, request)) {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === 500 || status === 502)
            failures.push(`${status} ${request.fault} ${nameOf(operation)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, attacker));
  }

  const alive = processes();
  const opened = openedBreakers().length;
  await attack(WARM_UP);
  const before = memory();
  await attack(REQUESTS);
  // A connection whose body was refused is cut after three seconds: what went wrong then has to be seen, too.
  const quietAt = Date.now() + 4_000;
  while (Date.now() < quietAt) expect((await fetch(`${url}/api/health`)).status).toBe(200);
  // Uploads have connections of their own, which no broken upload may hold.
  const form = new FormData();
  form.append('file', new Blob(['not a picture']), 'a.png');
  const upload = await fetch(`${url}/api/products/${world.owned.products}/picture`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.tokens.owner}` },
    body: form,
    signal: AbortSignal.timeout(5_000),
  });
  // The product may have been deleted by a request that was drawn.
  expect([404, 422]).toContain(upload.status);
  const after = memory();

  const grown = Object.entries(after).filter(([name, mib]) => mib > (before[name] ?? 0) * GROWTH);
  process.stdout.write(
    `${REQUESTS} requests of ${touched.size} operations: ${JSON.stringify(Object.fromEntries(tried))}; ` +
      `answers ${JSON.stringify(Object.fromEntries(statuses))}; MiB ${JSON.stringify(before)} before, ${JSON.stringify(after)} after\n`,
  );
  const violations = [
    ...failures,
    ...fatalLines(),
    ...openedBreakers().slice(opened),
    ...grown.map(([name]) => `${name} grew`),
  ];
  tally('broken, cut, slow, huge and reordered requests', REQUESTS + WARM_UP, violations);
  expect(processes()).toEqual(alive);
  expect(Object.values(alive)).not.toContain('gone');
  expect(violations).toEqual([]);
  expect(touched.size).toBe(operations.length);
  expect([...tried.values()].every((times) => times > REQUESTS / 200)).toBe(true);
  expect([...statuses.values()].reduce((sum, times) => sum + times, 0)).toBeGreaterThan(REQUESTS / 2);
}, 900_000);
