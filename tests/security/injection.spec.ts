import { randomUUID } from 'node:crypto';
import { tally } from '@bramble/test-kit/tally';
import { documented, type Documented, endsTheCaller, nameOf } from './contract';
import { sendRaw, statusesIn } from './raw-socket';
import { adminToken, shopUrl } from './shop';
import { filled, makeWorld, type World } from './world';

/** Values with a meaning to SQL, MongoDB, a shell, HTML or HTTP. */
const values: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $where: 'sleep(5000)' },
  { $regex: '(a+)+$' },
  JSON.parse('{"__proto__":{"admin":true}}'),
  { constructor: { prototype: { admin: true } } },
  [['$gt', '']],
  "' OR '1'='1' --",
  "1'; SELECT pg_sleep(5); --",
  '\0',
  '../../../../etc/passwd',
  'x\r\nSet-Cookie: bramble_access=x',
  '{{7*7}}${7*7}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '\ud800',
  'a'.repeat(20_000),
  -1e308,
  Number.MAX_SAFE_INTEGER + 1,
  null,
];
const queries = [
  '[$ne]=',
  '[$gt]=',
  '[$regex]=(a%2B)%2B%24',
  '[]=a&%s[]=b',
  '=%00',
  '=..%2f..%2fetc%2fpasswd',
  '=%27%20OR%201%3D1--',
  '=x%0d%0aSet-Cookie:%20a=b',
  '=%ff%fe',
  `=${'a'.repeat(4_000)}`,
  '[__proto__][admin]=1',
];
const ids = [
  '%24ne',
  '%7B%22%24gt%22%3A%22%22%7D',
  '__proto__',
  'constructor',
  '%00',
  '..%2f..%2fetc%2fpasswd',
  '%27%20OR%201=1',
  '%ff',
  'x%0d%0aX-Injected:%201',
  'a'.repeat(3_000),
];

let world: World;
let operations: Documented[];
beforeAll(async () => {
  operations = (await documented()).filter((operation) => !endsTheCaller(operation));
  world = await makeWorld();
});
// An access token lives for ten minutes, and each part may take minutes.
beforeEach(async () => {
  world.tokens.admin = await adminToken();
});

/** These answer 401 to what is no password or token of theirs. */
const refusesCredentials = ({ path }: Documented): boolean =>
  ['/api/auth/login', '/api/auth/token', '/api/auth/refresh'].includes(path);

interface Sent {
  status: number;
  ms: number;
  injected: boolean;
}
async function send(operation: Documented, target: string, body?: string): Promise<Sent> {
  const startedAt = performance.now();
  const response = await fetch(`${shopUrl()}${target}`, {
    method: operation.method,
    headers: {
      authorization: `Bearer ${world.tokens.admin}`,
      'if-match': '"1"',
      'idempotency-key': randomUUID(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  await response.arrayBuffer();
  return {
    status: response.status,
    ms: performance.now() - startedAt,
    injected:
      response.headers.has('x-injected') || response.headers.get('set-cookie')?.includes('a=b') === true,
  };
}

/** The statuses that an operation answered, by its name. */
type Seen = Map<string, Set<number>>;

/**
 * Sends all of it, 8 at a time, and answers what came back with a 5xx, late, or with what was injected, and what was refused
 * before anybody looked at it: without a session, or for its number.
 */
async function attack(
  attempts: { operation: Documented; target: string; body?: string }[],
  seen: Seen = new Map(),
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < attempts.length; at = next++) {
      const attempt = attempts[at];
      if (!attempt) return;
      const { status, ms, injected } = await send(attempt.operation, attempt.target, attempt.body);
      const name = nameOf(attempt.operation);
      seen.set(name, (seen.get(name) ?? new Set()).add(status));
      const unseen = status === 429 || (status === 401 && !refusesCredentials(attempt.operation));
      if (status >= 500 || unseen || ms > 5_000 || injected)
        wrong.push([name, attempt.target.slice(0, 120), attempt.body?.slice(0, 120), status, ms]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return wrong;
}

describe('injected values never end in a 5xx, a delay or a header', () => {
  it('in every field of every body', async () => {
    const attempts = operations.flatMap((operation) => {
      if (!operation.body) return [];
      const target = filled(operation.path, world);
      const fields = [...Object.keys(operation.body.properties ?? {}), '__proto__', '$where'];
      return [
        ...values.map((value) => JSON.stringify(value)),
        '['.repeat(40_000),
        `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`,
        '{"a":1e9999}',
        ...fields.flatMap((field) =>
          values.map((value) => `{${JSON.stringify(field)}:${JSON.stringify(value)}}`),
        ),
      ].map((body) => ({ operation, target, body }));
    });
    const seen: Seen = new Map();
    const wrong = await attack(attempts, seen);
    tally('injection: body field × value', attempts.length, wrong);
    expect(attempts.length).toBeGreaterThan(500);
    expect(wrong).toEqual([]);
    // Every operation looked at its body: none refused all of them for another reason. Without Stripe its webhook is 404.
    seen.delete('POST /api/payments/webhooks/stripe');
    expect([...seen].filter(([, statuses]) => !statuses.has(400)).map(([name]) => name)).toEqual([]);
  }, 240_000);

  it('in every parameter of every query', async () => {
    const attempts = operations
      .filter(({ method }) => method === 'GET')
      .flatMap((operation) =>
        ['q', ...operation.query].flatMap((name) =>
          queries.map((query) => ({
            operation,
            target: `${filled(operation.path, world)}?${name}${query.replace('%s', name)}`,
          })),
        ),
      );
    const wrong = await attack(attempts);
    tally('injection: query parameter × value', attempts.length, wrong);
    expect(wrong).toEqual([]);
  }, 240_000);

  it('in every id of every path', async () => {
    const attempts = operations
      .filter(({ path }) => path.includes('{'))
      .flatMap((operation) =>
        ids.map((id) => ({
          operation,
          target: operation.path.replace(/\{\w+\}/g, id),
          ...(operation.body ? { body: '{}' } : {}),
        })),
      );
    const wrong = await attack(attempts);
    tally('injection: path parameter × value', attempts.length, wrong);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('in headers', async () => {
    const names = [
      ...[
        'X-Correlation-Id',
        'Idempotency-Key',
        'If-Match',
        'If-None-Match',
        'Authorization',
        'Cookie',
        'Origin',
      ],
      ...[
        'User-Agent',
        'Accept',
        'Accept-Language',
        'X-Forwarded-For',
        'X-Forwarded-Host',
        'X-Forwarded-Proto',
      ],
      ...[
        'Range',
        'X-Internal-Token',
        'Traceparent',
        'X-Original-URL',
        'X-HTTP-Method-Override',
        'Content-Type',
      ],
    ];
    const injected = [
      '{"$ne":null}',
      '__proto__',
      "' OR 1=1 --",
      '../../etc/passwd',
      '%0d%0aX-Injected: 1',
      '\xff\xfe',
      '"'.repeat(3_000),
      'bramble_access=..; bramble_refresh=%00',
    ];
    const wrong: unknown[] = [];
    for (const name of names)
      for (const value of injected) {
        const { text } = await sendRaw(
          `GET /api/orders?limit=1 HTTP/1.1\r\nHost: shop\r\n${name}: ${value}\r\nConnection: close\r\n\r\n`,
        );
        const [status = 0] = statusesIn(text);
        if (status === 0 || status >= 500 || status < 300 || /^x-injected/im.test(text))
          wrong.push([name, value, status]);
      }
    tally('injection: header × value', names.length * injected.length, wrong);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('and an operator where a scalar belongs is 400, not a query', async () => {
    const sent: [string, object][] = [
      ['/api/auth/login', { email: { $ne: null }, password: { $ne: null } }],
      ['/api/auth/token', { email: 'demo@bramble.local', password: { $gt: '' } }],
      ['/api/auth/forgot-password', { email: { $gt: '' } }],
      ['/api/auth/reset-password', { token: { $ne: null }, password: 'long enough' }],
      ['/api/auth/refresh', { refreshToken: { $ne: null } }],
      ['/api/cart/items', { productId: { $gt: '' }, quantity: 1 }],
    ];
    const taken: unknown[] = [];
    for (const [path, body] of sent) {
      const response = await fetch(`${shopUrl()}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      if (response.status !== 400) taken.push([path, response.status]);
    }
    for (const query of [
      'q[$gt]=',
      'q[$ne]=x',
      'seller[$ne]=x',
      'category[$regex]=.',
      'minPrice[$gt]=0',
      'sort[$gt]=',
    ]) {
      const { status } = await fetch(`${shopUrl()}/api/products?${query}`);
      if (status !== 400) taken.push([query, status]);
    }
    tally('operators where a scalar belongs', sent.length + 6, taken);
    expect(taken).toEqual([]);
  });
});
