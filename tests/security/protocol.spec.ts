import { connect, type Socket } from 'node:net';
import { tally } from '@bramble/test-kit/tally';
import { documented, type Documented, isUnsafe, nameOf } from './contract';
import { short } from './effort';
import { sendRaw, statusesIn } from './raw-socket';
import { adminToken, shopClient, shopUrl } from './shop';

const POST = 'POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n';
/** A hidden request that an attacker wants the service behind the gateway to answer. */
const SMUGGLED = 'GET /api/smuggled HTTP/1.1\r\nHost: shop\r\n\r\n';
const CHUNKED = `0\r\n\r\n${SMUGGLED}`;

/** Requests that two HTTP parsers could understand differently. */
const smuggling: Record<string, string> = {
  'two lengths': `${POST}Content-Length: 3\r\nContent-Length: 60\r\n\r\nabc${SMUGGLED}`,
  'a list of lengths': `${POST}Content-Length: 3, 60\r\n\r\nabc${SMUGGLED}`,
  'length and chunks': `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`,
  'chunks and length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${CHUNKED}`,
  'an unknown coding': `${POST}Transfer-Encoding: xchunked\r\n\r\n${CHUNKED}`,
  'chunked, then another coding': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${CHUNKED}`,
  'chunked twice, once unknown': `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n${CHUNKED}`,
  'a space before the colon': `${POST}Transfer-Encoding : chunked\r\n\r\n${CHUNKED}`,
  'a space before the colon of a length': `${POST}Content-Length : 3\r\n\r\nabc${SMUGGLED}`,
  'a folded coding': `${POST}Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n${CHUNKED}`,
  'a coding after a vertical tab': `${POST}Transfer-Encoding:\x0bchunked\r\n\r\n${CHUNKED}`,
  'a coding after a NUL': `${POST}Transfer-Encoding:\x00chunked\r\n\r\n${CHUNKED}`,
  'a coding in a bare carriage return': `${POST}X-A: b\rTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`,
  'a coding in a name with a space': `${POST}X Transfer-Encoding: chunked\r\n\r\n${CHUNKED}`,
  'a signed length': `${POST}Content-Length: +3\r\n\r\nabc${SMUGGLED}`,
  'a negative length': `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`,
  'a length in hexadecimal': `${POST}Content-Length: 0x3\r\n\r\nabc${SMUGGLED}`,
  'a length with letters': `${POST}Content-Length: 3abc\r\n\r\nabc${SMUGGLED}`,
  'a length beyond 64 bits': `${POST}Content-Length: 99999999999999999999\r\n\r\nabc${SMUGGLED}`,
  'a chunk in hexadecimal with a prefix': `${POST}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n${CHUNKED}`,
  'a negative chunk': `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n${CHUNKED}`,
  'a chunk beyond 64 bits': `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n${CHUNKED}`,
  'a chunk that is longer than it says': `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n${CHUNKED}`,
  'chunks without their carriage returns': `${POST}Transfer-Encoding: chunked\r\n\r\n3\nabc\n${CHUNKED}`,
  'a chunk extension with a line feed': `${POST}Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n${CHUNKED}`,
  'lines without carriage returns': `POST /api/auth/login HTTP/1.1\nHost: shop\nContent-Length : 3\n\nabc${SMUGGLED}`,
  'no host': `GET /api/health HTTP/1.1\r\n\r\n${SMUGGLED}`,
  'an unknown version': `GET /api/health HTTP/9.9\r\nHost: shop\r\n\r\n${SMUGGLED}`,
  'no version': `GET /api/health\r\n\r\n${SMUGGLED}`,
  'an unknown method': `GEX /api/health HTTP/1.1\r\nHost: shop\r\n\r\n${SMUGGLED}`,
  'a method in lower case': `get /api/health HTTP/1.1\r\nHost: shop\r\n\r\n${SMUGGLED}`,
  'a header without a name': `GET /api/health HTTP/1.1\r\nHost: shop\r\n: x\r\n\r\n${SMUGGLED}`,
  'a line that is no header': `GET /api/health HTTP/1.1\r\nHost: shop\r\nnonsense\r\n\r\n${SMUGGLED}`,
  'a space in the path': `GET /api/health x HTTP/1.1\r\nHost: shop\r\n\r\n${SMUGGLED}`,
  'HTTP/2 without asking': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'another protocol': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
};

describe('bytes that are no proper request', () => {
  it('are refused once and the connection closes, so that no second request can follow', async () => {
    const wrong: unknown[] = [];
    for (const [name, bytes] of Object.entries(smuggling)) {
      const { text, closed } = await sendRaw(bytes);
      const statuses = statusesIn(text);
      if (!closed || statuses.length !== 1 || statuses[0] !== 400) wrong.push([name, { statuses, closed }]);
    }
    tally('smuggling, by raw socket', Object.keys(smuggling).length, wrong);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('are refused when the target names another host or leaves its folder', async () => {
    const paths = [
      ...[
        '/api/products/../users',
        '/api/products/%2e%2e/users',
        '/api/products/..%2fusers',
        '//evil.example/',
      ],
      ...[
        '/api/%00',
        '/api\\users',
        '/..%5c..%5cetc/passwd',
        '/%2e%2e/%2e%2e/etc/passwd',
        '/assets/../../package.json',
      ],
      ...[
        'http://evil.example/api/users',
        'http://169.254.169.254/',
        '*',
        '/api/orders#fragment',
        '/.env',
        '/.git/config',
      ],
    ];
    const wrong: unknown[] = [];
    for (const path of paths) {
      const { text } = await sendRaw(
        `GET ${path} HTTP/1.1\r\nHost: shop\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
      );
      const [status = 0] = statusesIn(text);
      if (status < 400 || status >= 500) wrong.push([path, status]);
    }
    tally('ambiguous paths, by raw socket', paths.length, wrong);
    expect(wrong).toEqual([]);
  });
});

describe('what is too large', () => {
  const chunks = (bytes: number) =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < bytes; sent += 10_000)
          controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)));
        controller.close();
      },
    });

  const target = ({ path }: Documented) => path.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
  const headersFor = (token: string, { multipart }: Documented) => ({
    authorization: `Bearer ${token}`,
    'content-type': multipart ? 'multipart/form-data; boundary=x' : 'application/json',
    'idempotency-key': 'large',
    'if-match': '"1"',
  });

  it('is 413 on every operation from what is announced alone, before any of it is sent', async () => {
    const token = await adminToken();
    const operations = (await documented()).filter(isUnsafe);
    const answers = await Promise.all(
      operations.map(async (operation) => {
        const headers = Object.entries(headersFor(token, operation)).map((pair) => pair.join(': '));
        const length = operation.multipart ? 5_100_000 : 110_000;
        const head = [`${operation.method} ${target(operation)} HTTP/1.1`, 'Host: shop', ...headers];
        const { text } = await sendRaw([...head, `Content-Length: ${length}`, '', ''].join('\r\n'));
        return { name: nameOf(operation), statuses: statusesIn(text) };
      }),
    );
    const wrong = answers.filter(({ statuses }) => statuses.join() !== '413');
    tally('oversize bodies, announced', answers.length, wrong);
    expect(wrong).toEqual([]);
  });

  it('is 413 on every operation that takes a body, where nothing is announced', async () => {
    const token = await adminToken();
    // An upload is looked at while it comes, so a product that is not there is 404 before the body is too large.
    const product = await shopClient().offer(token, 1);
    const operations = (await documented()).filter(({ body, multipart }) => body !== undefined || multipart);
    expect(operations.filter(({ multipart }) => multipart)).not.toEqual([]);
    const wrong: unknown[] = [];
    for (const operation of operations) {
      const path = operation.multipart ? operation.path.replace('{id}', product.id) : target(operation);
      const response = await fetch(`${shopUrl()}${path}`, {
        method: operation.method,
        headers: headersFor(token, operation),
        body: chunks(operation.multipart ? 5_100_000 : 110_000),
        duplex: 'half',
      });
      await response.arrayBuffer();
      if (response.status !== 413) wrong.push([nameOf(operation), response.status]);
    }
    tally('oversize bodies, chunked', operations.length, wrong);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('is 431 in headers', async () => {
    const { text } = await sendRaw(
      `GET /api/health HTTP/1.1\r\nHost: shop\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
    );
    expect(statusesIn(text)).toEqual([431]);
  });
});

/** Opens a connection and sends `head`, then one byte a second until it is closed; answers what came, and when. */
function drip(head: string, byte: string): Promise<{ text: string; seconds: number }> {
  const { port, hostname } = new URL(shopUrl());
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let text = '';
    const socket: Socket = connect(Number(port), hostname, () => socket.write(head));
    const timer = setInterval(() => socket.writable && socket.write(byte), 1_000);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ text, seconds: (performance.now() - startedAt) / 1_000 });
    });
  });
}

describe('who sends slowly', () => {
  it('is 408 after 10 s of headers, however many there are, and others are served meanwhile', async () => {
    const slow = Array.from({ length: 50 }, () =>
      drip('GET /api/health HTTP/1.1\r\nHost: shop\r\nX-A: ', 'a'),
    );
    const startedAt = performance.now();
    expect((await fetch(`${shopUrl()}/api/products?limit=1`)).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const ends = await Promise.all(slow);
    const wrong = ends.filter(({ text, seconds }) => statusesIn(text).join() !== '408' || seconds > 15);
    const last = Math.max(...ends.map(({ seconds }) => seconds));
    tally(`slow headers, 408 after at most ${last.toFixed(1)} s`, slow.length, wrong);
    expect(wrong).toEqual([]);
  }, 60_000);

  // It takes a minute of waiting.
  if (!short)
    it('is 408 after a minute of body', async () => {
      const slow = Array.from({ length: 10 }, () => drip(`${POST}Content-Length: 1000\r\n\r\n{`, ' '));
      const ends = await Promise.all(slow);
      const wrong = ends.filter(({ text, seconds }) => statusesIn(text).join() !== '408' || seconds > 70);
      tally('slow bodies, 408', slow.length, wrong);
      expect(wrong).toEqual([]);
    }, 120_000);
});
