import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_received: number;
  currency: string;
  status: string;
  latest_charge: { amount_refunded: number } | null;
  created: number;
  metadata: Record<string, string>;
  last_payment_error: { code: string; decline_code: string } | null;
}
interface Refund {
  id: string;
  object: 'refund';
  amount: number;
  payment_intent: string;
  status: string;
  failure_reason?: string;
  metadata: Record<string, string>;
}
interface StripeResponse {
  status: number;
  body: unknown;
}

/** The endpoints of Stripe's API that we use, on loopback, with its idempotency and its errors. */
export interface FakeStripe {
  url: string;
  intents: Intent[];
  refunds: Refund[];
  /** The status of the next refunds. */
  refundStatus: string;
  /** Every call as `METHOD path`, in order. */
  calls: string[];
  /** Runs after a call took effect and before its reply; what it returns may hold the reply back. */
  beforeReply: (call: string) => Promise<unknown> | undefined;
  /** Every connection is cut before its call takes effect. */
  away: boolean;
  /** Calls that take effect and whose connection is then cut, by how many times. */
  cut: Map<string, number>;
  /** The body and the signature of a notification. */
  notification(type: string, object: Intent | Refund): { body: string; signature: string };
  stop(): Promise<void>;
}

/** The smallest charge in EUR. */
const MINIMUM = 50;
export const WEBHOOK_SECRET = 'whsec_test';
const id = (prefix: string) => `${prefix}_${randomBytes(8).toString('hex')}`;
const error = (status: number, body: object): StripeResponse => ({ status, body: { error: body } });
const list = (data: unknown[]): StripeResponse => ({
  status: 200,
  body: { object: 'list', data, has_more: false },
});

/** `metadata[key]=x` and the like as Stripe's form bodies have it. */
function metadataOf(form: URLSearchParams): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of form) {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    if (key !== undefined) metadata[key] = value;
  }
  return metadata;
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const intents: Intent[] = [];
  const refunds: Refund[] = [];
  const replies = new Map<string, { answer: StripeResponse; hash: string }>();
  const fake = {
    intents,
    refunds,
    refundStatus: 'succeeded',
    calls: [] as string[],
    away: false,
    cut: new Map<string, number>(),
  };

  const create = (form: URLSearchParams): StripeResponse => {
    const method = form.get('payment_method');
    if (Number(form.get('amount')) < MINIMUM)
      return error(400, { type: 'invalid_request_error', code: 'amount_too_small', param: 'amount' });
    const intent: Intent = {
      id: id('pi'),
      object: 'payment_intent',
      amount: Number(form.get('amount')),
      amount_received: 0,
      latest_charge: null,
      currency: form.get('currency') ?? '',
      status: 'requires_capture',
      created: Math.floor(Date.now() / 1000),
      metadata: metadataOf(form),
      last_payment_error: null,
    };
    intents.push(intent);
    if (method === 'pm_tok_asks') intent.status = 'requires_action';
    if (method === 'pm_tok_chargeDeclined') {
      intent.status = 'requires_payment_method';
      intent.last_payment_error = { code: 'card_declined', decline_code: 'insufficient_funds' };
      return error(402, { type: 'card_error', ...intent.last_payment_error, payment_intent: intent });
    }
    return { status: 200, body: intent };
  };
  const move = (name: string | undefined, from: readonly string[], to: string): StripeResponse => {
    const intent = intents.find((each) => each.id === name);
    if (!intent) return error(404, { type: 'invalid_request_error', code: 'resource_missing' });
    if (!from.includes(intent.status))
      return error(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' });
    intent.status = to;
    if (to === 'succeeded') {
      intent.amount_received = intent.amount;
      intent.latest_charge = { amount_refunded: 0 };
    }
    return { status: 200, body: intent };
  };
  const refund = (form: URLSearchParams): StripeResponse => {
    const given = refunds.filter(
      ({ payment_intent: of, status }) => of === form.get('payment_intent') && status !== 'failed',
    );
    const intent = intents.find((each) => each.id === form.get('payment_intent'));
    const amount = Number(form.get('amount'));
    const refunded = given.reduce((sum, each) => sum + each.amount, 0);
    const left = (intent?.amount_received ?? 0) - refunded;
    if (refunded > 0 && left <= 0)
      return error(400, { type: 'invalid_request_error', code: 'charge_already_refunded' });
    if (amount > left) {
      const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
      return error(400, { type: 'invalid_request_error', param: 'amount', message });
    }
    if (intent) intent.latest_charge = { amount_refunded: refunded + amount };
    const made: Refund = {
      id: id('re'),
      object: 'refund',
      amount,
      payment_intent: form.get('payment_intent') ?? '',
      status: api.refundStatus,
      metadata: metadataOf(form),
    };
    refunds.push(made);
    return { status: 200, body: made };
  };

  const handle = (call: string, query: URLSearchParams, form: URLSearchParams): StripeResponse => {
    const [, one, action] = /^\w+ \/v1\/payment_intents\/([^/]+)(?:\/(\w+))?$/.exec(call) ?? [];
    if (call === 'POST /v1/payment_methods') {
      const token = form.get('card[token]');
      return token === 'tok_gone'
        ? error(400, { type: 'invalid_request_error', code: 'resource_missing', param: 'card[token]' })
        : { status: 200, body: { id: `pm_${token}`, object: 'payment_method' } };
    }
    if (call === 'POST /v1/payment_intents') return create(form);
    if (call === 'GET /v1/payment_intents')
      return list(
        intents.filter(
          ({ created }) =>
            created >= Number(query.get('created[gte]')) &&
            created <= Number(query.get('created[lte]') ?? Infinity),
        ),
      );
    if (action === 'capture') return move(one, ['requires_capture'], 'succeeded');
    if (action === 'cancel')
      return move(one, ['requires_action', 'requires_capture', 'requires_payment_method'], 'canceled');
    if (one !== undefined) {
      const intent = intents.find((each) => each.id === one);
      return intent ? { status: 200, body: intent } : error(404, { type: 'invalid_request_error' });
    }
    if (call === 'POST /v1/refunds') return refund(form);
    if (call === 'GET /v1/refunds')
      return list(refunds.filter(({ payment_intent: of }) => of === query.get('payment_intent')));
    return error(404, { type: 'invalid_request_error', message: call });
  };

  /** The first answer of a key stands; the same key with another body is refused. */
  const idempotent = (key: string | undefined, body: string, run: () => StripeResponse): StripeResponse => {
    if (key === undefined) return run();
    const hash = createHash('sha256').update(body).digest('hex');
    const known = replies.get(key);
    if (known && known.hash !== hash) return error(400, { type: 'idempotency_error' });
    if (known) return known.answer;
    const answer = run();
    replies.set(key, { answer: structuredClone(answer), hash });
    return answer;
  };

  const api: FakeStripe = {
    ...fake,
    url: '',
    beforeReply: () => undefined,
    notification(type, object) {
      const body = JSON.stringify({ id: id('evt'), object: 'event', type, data: { object } });
      const time = Math.floor(Date.now() / 1000);
      const mac = createHmac('sha256', WEBHOOK_SECRET).update(`${time}.${body}`).digest('hex');
      return { body, signature: `t=${time},v1=${mac}` };
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const respond = async (
    call: string,
    res: ServerResponse,
    { status, body }: StripeResponse,
  ): Promise<void> => {
    await api.beforeReply(call);
    const left = fake.cut.get(call) ?? 0;
    if (left > 0) {
      fake.cut.set(call, left - 1);
      res.destroy();
      return;
    }
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://stripe');
    const call = `${req.method} ${url.pathname}`;
    fake.calls.push(call);
    if (api.away) {
      res.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const key = req.headers['idempotency-key'];
      const answer = idempotent(
        typeof key === 'string' && req.method === 'POST' ? key : undefined,
        body,
        () => handle(call, url.searchParams, new URLSearchParams(body)),
      );
      void respond(call, res, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return api;
}
