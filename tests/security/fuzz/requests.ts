import type { Random } from '@bramble/service-kit/base/random';
import { type Documented, isUnsafe } from '../contract';

/** One request as bytes, in the pieces in which they are sent, and what the client does then. */
export interface FuzzRequest {
  /** What is wrong with it. */
  fault: Fault;
  pieces: Buffer[];
  /** Milliseconds between the pieces. */
  gapMs: number;
  /** The client hangs up after the last piece instead of waiting for an answer. */
  hangsUp: boolean;
  /** The client waits, also after the answer, for longer than the server reads a refused body. */
  lingers: boolean;
}

/** What can be wrong with a request, each with how often it is drawn among the others. */
const faults = {
  broken: 8,
  cut: 8,
  'cut in the body': 8,
  slow: 2,
  'huge body': 2,
  'huge head': 3,
  reordered: 6,
  'wrong length': 6,
  'wrong chunks': 6,
  'tiny chunks': 2,
  'another protocol': 4,
  'two at once': 4,
  'strange values': 8,
} as const;
export type Fault = keyof typeof faults;
const drawn = Object.entries(faults).flatMap(([fault, weight]) => Array<Fault>(weight).fill(fault as Fault));

const strange = [
  '',
  '\0',
  '\\u0000',
  '../../..',
  '%',
  '%00',
  '%ff%fe',
  'null',
  '[]',
  '{}',
  '-1',
  '1e309',
  '__proto__',
];
const BOUNDARY = 'fuzz';
/** Above the limit of JSON (100 kB) and of a picture (5 MB). */
const HUGE_JSON = 150_000;
const HUGE_PICTURE = 5_200_000;

interface Draft {
  line: string;
  headers: [string, string][];
  body: Buffer;
}

const formOf = (content: Buffer) =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`,
    ),
    content,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);

function draft(operation: Documented, path: string, token: string | undefined, random: Random): Draft {
  const query =
    operation.query.length > 0 && random.chance(0.5)
      ? `?${random.pick(operation.query)}=${random.pick(strange)}`
      : '';
  const headers: [string, string][] = [['Host', 'shop']];
  if (token !== undefined) headers.push(['Authorization', `Bearer ${token}`]);
  if (random.chance(0.5)) headers.push(['Idempotency-Key', `fuzz-key-${random.between(0, 50)}-padding`]);
  if (random.chance(0.3)) headers.push(['If-Match', random.pick(['*', '"1-1"', 'W/"x"', ''])]);
  let body = Buffer.alloc(0);
  if (isUnsafe(operation)) {
    body = operation.multipart
      ? formOf(Buffer.from(random.pick(['not a picture', 'GIF89a', ''])))
      : Buffer.from(
          JSON.stringify(
            Object.fromEntries(
              Object.keys(operation.body?.properties ?? { x: 1 }).map((name) => [
                name,
                random.pick([random.pick(strange), 1, null, [], {}, true]),
              ]),
            ),
          ),
        );
    headers.push([
      'Content-Type',
      operation.multipart ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json',
    ]);
  }
  return { line: `${operation.method} ${path}${query} HTTP/1.1`, headers, body };
}

const head = ({ line, headers }: Draft): Buffer =>
  Buffer.from(`${[line, ...headers.map((pair) => pair.join(': '))].join('\r\n')}\r\n\r\n`, 'latin1');
const withLength = (given: Draft): Draft => ({
  ...given,
  headers:
    given.body.length > 0 ? [...given.headers, ['Content-Length', `${given.body.length}`]] : given.headers,
});
const chunked = (body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);

function bent(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = random.between(1, 6); times > 0; times--)
    copy[random.between(0, copy.length - 1)] = random.between(0, 255);
  return copy;
}
function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

type Pieces = Pick<FuzzRequest, 'pieces'> & Partial<FuzzRequest>;
const makers: Record<Fault, (given: Draft, operation: Documented, random: Random) => Pieces> = {
  broken: (given, _, random) => {
    const full = withLength(given);
    return { pieces: [bent(Buffer.concat([head(full), full.body]), random)], hangsUp: random.chance(0.3) };
  },
  cut: (given, _, random) => {
    const full = withLength(given);
    const bytes = Buffer.concat([head(full), full.body]);
    return { pieces: [bytes.subarray(0, random.between(1, bytes.length - 1))], hangsUp: true };
  },
  'cut in the body': (given, _, random) => {
    const length = random.between(10, 900_000);
    const sent = Buffer.concat([
      given.body,
      Buffer.alloc(random.between(0, Math.min(length - 1, 20_000)), 0x20),
    ]);
    const full = {
      ...given,
      headers: [...given.headers, ['Content-Length', `${length + sent.length}`] as [string, string]],
    };
    return { pieces: [head(full), sent], gapMs: 5, hangsUp: true };
  },
  slow: (given) => {
    const full = withLength(given);
    const bytes = Buffer.concat([head(full), full.body]);
    const step = Math.ceil(bytes.length / 8);
    const pieces = Array.from({ length: 8 }, (_, at) => bytes.subarray(at * step, (at + 1) * step));
    return { pieces: pieces.filter(({ length }) => length > 0), gapMs: 40 };
  },
  'huge body': (given, operation, random) => {
    const size = operation.multipart ? HUGE_PICTURE : HUGE_JSON;
    const full = operation.multipart ? formOf(Buffer.alloc(size, 0x61)) : Buffer.alloc(size, 0x61);
    const headers: [string, string][] = [...given.headers, ['Transfer-Encoding', 'chunked']];
    return {
      pieces: [head({ ...given, headers }), chunked(full)],
      hangsUp: random.chance(0.3),
      lingers: random.chance(0.3),
    };
  },
  'huge head': (given, _, random) => ({
    pieces: [
      head({ ...given, headers: [...given.headers, ['X-Huge', 'x'.repeat(random.between(15_000, 60_000))]] }),
    ],
  }),
  reordered: (given, _, random) => {
    const full = withLength(given);
    const parts = [
      Buffer.from(`${full.line}\r\n`),
      ...full.headers.map((pair) => Buffer.from(`${pair.join(': ')}\r\n`)),
      Buffer.from('\r\n'),
      full.body,
    ];
    return random.chance(0.5)
      ? {
          pieces: [
            head({ ...full, headers: shuffled([...full.headers, ...full.headers], random) }),
            full.body,
          ],
        }
      : { pieces: shuffled(parts, random) };
  },
  'wrong length': (given, _, random) => {
    const length = random.pick([
      '0',
      '1',
      `${given.body.length + 1}`,
      '-1',
      '99999999999999999999',
      'x',
      '5000001',
    ]);
    return {
      pieces: [head({ ...given, headers: [...given.headers, ['Content-Length', length]] }), given.body],
    };
  },
  'wrong chunks': (given, _, random) => {
    const headers: [string, string][] = [
      ...given.headers,
      ['Transfer-Encoding', random.pick(['chunked', 'chunked', 'gzip, chunked', 'x'])],
    ];
    const body = random.pick([
      bent(chunked(given.body), random),
      Buffer.from('ffffffff\r\n'),
      Buffer.from('5\r\nab'),
      Buffer.from('0\r\nTrailer: x\r\n\r\n'),
    ]);
    return { pieces: [head({ ...given, headers }), body], hangsUp: random.chance(0.5) };
  },
  'tiny chunks': (given, _, random) => {
    const headers: [string, string][] = [...given.headers, ['Transfer-Encoding', 'chunked']];
    const pieces = Buffer.from('1\r\n \r\n'.repeat(random.between(200, 90_000)));
    return { pieces: [head({ ...given, headers }), pieces], hangsUp: random.chance(0.3) };
  },
  'another protocol': (given, _, random) => {
    const full = withLength(given);
    const upgrade: [string, string][] = random.pick([
      [
        ['Upgrade', 'h2c'],
        ['Connection', 'Upgrade, HTTP2-Settings'],
        ['HTTP2-Settings', 'AAMAAABk'],
      ],
      [
        ['Upgrade', 'websocket'],
        ['Connection', 'Upgrade'],
      ],
      [
        ['Upgrade', 'TLS/1.0'],
        ['Connection', 'keep-alive, Upgrade'],
      ],
      [
        ['Upgrade', ''],
        ['Connection', 'Upgrade'],
      ],
      [['Expect', '100-continue']],
      [['Expect', 'what nobody knows']],
    ] as [string, string][][]);
    return {
      pieces: [head({ ...full, headers: [...full.headers, ...upgrade] }), full.body],
      hangsUp: random.chance(0.2),
    };
  },
  'two at once': (given, _, random) => {
    const full = withLength(given);
    const bytes = Buffer.concat([head(full), full.body]);
    return { pieces: [Buffer.concat([bytes, bytes, bytes])], hangsUp: random.chance(0.5) };
  },
  'strange values': (given, _, random) => {
    const full = withLength({
      ...given,
      headers: [
        ...given.headers,
        ['X-Correlation-Id', random.pick(strange)],
        ['Cookie', `access=${random.pick(strange)}; cart=${random.pick(strange)}; refresh=x`],
      ],
    });
    return { pieces: [head(full), full.body] };
  },
};

/** A request of this operation that no proper client would send, drawn from `random`. */
export function fuzzed(
  operation: Documented,
  { path, token, random }: { path: string; token: string | undefined; random: Random },
): FuzzRequest {
  const fault = random.pick(drawn);
  const given = draft(operation, path, token, random);
  return { fault, gapMs: 0, hangsUp: false, lingers: false, ...makers[fault](given, operation, random) };
}
