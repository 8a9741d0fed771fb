import { randomUUID } from 'node:crypto';
import { tally } from '@bramble/test-kit/tally';
import { documented, type Documented, endsTheCaller, isUnsafe, nameOf } from './contract';
import { serviceUrl, shopUrl } from './shop';
import { type Caller, filled, makeWorld, type World } from './world';

let world: World;
let operations: Documented[];

beforeAll(async () => {
  operations = await documented();
  world = await makeWorld();
});

/** Bodies that would take effect, were the caller let in; `{}` elsewhere. */
const effective = (operation: Documented): object =>
  ({
    'PATCH /api/products/{id}': { title: 'Mine now' },
    'POST /api/products/{id}/refill': { quantity: 1 },
    'PATCH /api/users/{id}': { disabled: false },
    'POST /api/orders/{id}/refund': { reason: 'mine' },
    'POST /api/deliveries/{orderId}/status': { status: 'DELIVERED' },
    'POST /api/payments/checkout': { orderId: world.owned.orders, paymentMethod: { token: 'tok_visa' } },
  })[nameOf(operation)] ?? {};

async function statusOf(operation: Documented, token?: string, base = shopUrl()): Promise<number> {
  const { method, path, multipart } = operation;
  const form = new FormData();
  form.set('file', new Blob(['x']), 'x.png');
  const query = nameOf(operation) === 'GET /api/payments' ? `?orderId=${world.owned.orders}` : '';
  const body =
    method === 'GET' || method === 'DELETE'
      ? undefined
      : multipart
        ? form
        : JSON.stringify(effective(operation));
  const response = await fetch(`${base}${filled(path, world)}${query}`, {
    method,
    headers: {
      'if-match': '"1"',
      'idempotency-key': randomUUID(),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
  await response.arrayBuffer();
  return response.status;
}
const outcomes = async (which: (operation: Documented) => boolean, token?: string) => {
  const found: Record<string, number> = {};
  for (const operation of operations.filter(which))
    found[nameOf(operation)] = await statusOf(operation, token);
  return found;
};
const all = (found: Record<string, number>, status: number) =>
  Object.fromEntries(Object.keys(found).map((name) => [name, status]));

const rolesOf: Record<Caller, readonly string[]> = {
  anonymous: [],
  owner: ['customer', 'seller'],
  other: ['customer', 'seller'],
  courier: ['customer', 'courier'],
  admin: ['customer', 'admin'],
};
/** Whether a 2xx for this caller, on the owner's things, is what the contract says. */
function mayPass({ access, path }: Documented, caller: Caller): boolean {
  if (access === 'anyone') return true;
  if (caller === 'anonymous') return false;
  if (access !== 'user' && !access.some((role) => rolesOf[caller].includes(role))) return false;
  // The basket is the caller's own, whatever product is in it.
  // A courier takes any parcel that no other courier has, and shows nobody's else.
  if (caller === 'courier' && path.startsWith('/api/deliveries')) return true;
  return !['other', 'courier'].includes(caller) || !path.includes('{') || path.startsWith('/api/cart/');
}

describe('authorization, over every operation of the contract', () => {
  it('asks whoever is not signed in to sign in', async () => {
    const found = await outcomes(({ access }) => access !== 'anyone');
    expect(Object.keys(found).length).toBeGreaterThan(25);
    expect(found).toEqual(all(found, 401));
  });

  it('refuses whoever lacks the role', async () => {
    const found = await outcomes(
      ({ access }) => Array.isArray(access) && !access.includes('seller') && !access.includes('customer'),
      world.tokens.other,
    );
    expect(Object.keys(found).length).toBeGreaterThan(5);
    expect(found).toEqual(all(found, 403));
  });

  it('shows nobody what is another’s, and lets nobody change it', async () => {
    const found = await outcomes(
      ({ path, access, method }) =>
        path.includes('{') &&
        access !== 'anyone' &&
        (access === 'user' || access.includes('seller')) &&
        !(method === 'PATCH' && path === '/api/cart/items/{productId}'),
      world.tokens.other,
    );
    expect(Object.keys(found).length).toBeGreaterThan(5);
    expect(found).toEqual(all(found, 404));
  });

  it('answers a forged token like none', async () => {
    const forged = `${world.tokens.admin.slice(0, -6)}AAAAAA`;
    const found = await outcomes(({ access }) => access !== 'anyone', forged);
    tally(
      'operations with a forged token',
      Object.keys(found).length,
      Object.values(found).filter((status) => status !== 401),
    );
    expect(found).toEqual(all(found, 401));
  });

  it('refuses every unsafe request that another site could send', async () => {
    const attacks: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: shopUrl(), 'sec-fetch-site': 'cross-site' },
      { cookie: `bramble_access=${world.tokens.admin}` },
    ];
    const bodies: Record<string, string>[] = [
      { 'content-type': 'application/json' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ];
    const accepted: string[] = [];
    let tried = 0;
    for (const operation of operations.filter(isUnsafe))
      for (const attack of attacks)
        for (const body of bodies) {
          tried += 1;
          const response = await fetch(`${shopUrl()}${filled(operation.path, world)}`, {
            method: operation.method,
            headers: { cookie: `bramble_access=${world.tokens.admin}`, ...attack, ...body },
            body: '{}',
          });
          const { code } = (await response.json()) as { code?: string };
          const exempt = operation.path === '/api/payments/webhooks/stripe' && response.status >= 400;
          if (code !== 'cross_site' && !exempt)
            accepted.push(`${nameOf(operation)} ${JSON.stringify(attack)} -> ${response.status}`);
        }
    tally('cross-site: unsafe operation × header × content type', tried, accepted);
    expect(accepted).toEqual([]);
  });

  it('takes no field that nobody may set', async () => {
    const fields = ['role', 'isAdmin', 'userId', 'sellerId', '_id', '__proto__', 'createdAt', 'version'];
    // A profile keeps whatever its owner writes into it, and the provider signs its notices with any fields.
    const free = ['/api/users/me/profile', '/api/payments/webhooks/stripe'];
    const withBody = operations.filter(({ example, path }) => example !== undefined && !free.includes(path));
    expect(withBody.length).toBeGreaterThan(15);
    const taken: unknown[] = [];
    let tried = 0;
    for (const operation of withBody)
      for (const field of fields) {
        const { example = {}, method } = operation;
        if (field in (operation.body?.properties ?? {}) || field in example) continue;
        tried += 1;
        const token = mayPass(operation, 'owner') ? world.tokens.owner : world.tokens.admin;
        const response = await fetch(`${shopUrl()}${filled(operation.path, world)}`, {
          method,
          headers: {
            'content-type': 'application/json',
            'if-match': '*',
            'idempotency-key': randomUUID(),
            authorization: `Bearer ${token}`,
          },
          body: `${JSON.stringify(example).slice(0, -1)},${JSON.stringify(field)}:"x"}`,
        });
        const { code, errors } = (await response.json()) as {
          code?: string;
          errors?: { path: string }[];
        };
        // The field is the only fault, so that without it the body would have been taken.
        if (code !== 'invalid_input' || errors?.map(({ path }) => path).join() !== field)
          taken.push([field, nameOf(operation), response.status, code, errors]);
      }
    tally('mass assignment: field × body', tried, taken);
    expect(taken).toEqual([]);
  });

  it.each(['disabled', 'erased'] as const)(
    'answers the token of an account that is %s like none',
    async (who) => {
      const found = await outcomes(({ access }) => access !== 'anyone', world.tokens[who]);
      expect(found).toEqual(all(found, 401));
    },
  );

  it('lets nobody past the gateway: a service called directly answers 401', async () => {
    const passed: unknown[] = [];
    let tried = 0;
    const owner = [
      // The gateway gathers the export from all services.
      ['users', /^\/api\/(?:auth|users(?!\/me\/export)|admin\/audit)/],
      ['catalog', /^\/api\/(?:products|categories|pictures)/],
      ['orders', /^\/api\/(?:cart|orders|reports|admin\/orders|payments\/checkout)/],
      ['payments', /^\/api\/(?:payments|discounts)/],
      ['delivery', /^\/api\/deliveries/],
    ] as const;
    for (const operation of operations) {
      const [service] = owner.find(([, paths]) => paths.test(operation.path)) ?? [];
      if (service === undefined) continue;
      tried += 1;
      const status = await statusOf(operation, world.tokens.admin, serviceUrl(service));
      if (status !== 401) passed.push([nameOf(operation), status]);
    }
    tally('operations called past the gateway, as admin', tried, passed);
    expect(tried).toBeGreaterThan(40);
    expect(passed).toEqual([]);
  });

  // Last, since an admin and the owner may do what ends the owner's things.
  it('answers 2xx to nobody but whom the contract lets in, and 5xx to nobody', async () => {
    const unexpected: unknown[] = [];
    let tried = 0;
    for (const caller of ['anonymous', 'other', 'courier', 'owner', 'admin'] as const)
      for (const operation of operations) {
        if (caller !== 'anonymous' && endsTheCaller(operation)) continue;
        tried += 1;
        const status = await statusOf(operation, world.tokens[caller]);
        if (status >= 500 || (status < 300 && !mayPass(operation, caller)))
          unexpected.push([caller, nameOf(operation), status]);
      }
    tally('operation × anonymous, other, courier, owner, admin', tried, unexpected);
    expect(unexpected).toEqual([]);
  });
});
