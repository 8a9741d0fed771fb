import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { gatewayApi } from '@bramble/contracts/gateway';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { freePort } from '../../scripts/stores/ports';
import { isAlive, type ProcessId, readPidFile } from '../../scripts/stores/process-id';
import { serviceNames } from '../../scripts/workspace';
import { copyTree, type TreeCopy } from '../helpers/tree-copy';

const SERVICES = serviceNames().filter((name) => name !== 'simulator');

let copy: TreeCopy;
let dev: ChildProcess;
let exited: Promise<number | null>;
let output = '';
let url: string;

beforeAll(async () => {
  copy = copyTree();
  const port = await freePort();
  dev = spawn('npm', ['run', '--silent', 'dev'], {
    cwd: copy.folder,
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: '.data' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal gives it.
    detached: true,
  });
  exited = new Promise((resolve) => dev.once('exit', resolve));
  for (const stream of [dev.stdout, dev.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let ended = false;
  void exited.then(() => (ended = true));
  await waitFor(() => ended || printedAddress(), { timeout: 280_000, interval: 100, what: 'the banner' });
  if (ended) throw new Error(`npm run dev ended. It printed:\n${output}`);
  url = printedAddress() ?? '';
}, 300_000);

afterAll(async () => {
  if (dev.exitCode === null && dev.signalCode === null) press('SIGTERM');
  await exited;
  copy.remove();
}, 60_000);

const printedAddress = () => /Bramble is open at (http:\/\/\S+)/.exec(output)?.[1];
/** What a terminal does with Ctrl-C: the signal goes to npm and to everything it runs. */
const press = (signal: NodeJS.Signals) => process.kill(-(dev.pid ?? 0), signal);

const processOf = (name: string): ProcessId | undefined =>
  readPidFile(path.join(copy.folder, '.data', 'run', `${name}.json`));
const running = () => new Map(SERVICES.map((name) => [name, processOf(name)?.pid]));

/** Changes a file of the copy, and fails when there is nothing to change. */
function edit(file: string, change: (text: string) => string): void {
  const full = path.join(copy.folder, file);
  const before = readFileSync(full, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(full, after);
}

function urlOf(service: string): string {
  const file = path.join(copy.folder, '.data', 'environments.json');
  const known = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  return known['gateway']?.[`${service.toUpperCase()}_URL`] ?? '';
}

const signIn = (origin: string) =>
  fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, 'sec-fetch-mode': 'cors' },
    body: JSON.stringify({ email: 'demo@bramble.local', password: 'demotest' }),
  });

it('signs in as a browser does at the printed address, and still refuses other sites', async () => {
  const signedIn = await signIn(url);
  expect(signedIn.status).toBe(200);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const me = await fetch(`${url}/api/auth/me`, { headers: { cookie } });
  expect(await me.json()).toMatchObject({ user: { email: 'demo@bramble.local' } });
  expect((await signIn('http://localhost:5173')).status).toBe(403);
});

it("serves the storefront from its sources, with Vite's client and the gateway's security policy", async () => {
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  const html = await page.text();
  expect(html).toContain('src="/@vite/client"');
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
  for (const [, source = ''] of html.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)) {
    const script = await fetch(new URL(source, url));
    expect([source, script.status, script.headers.get('content-type')]).toEqual([
      source,
      200,
      expect.stringContaining('javascript'),
    ]);
  }
  expect(await (await fetch(`${url}/@vite/client`)).text()).toContain('vite-hmr');
});

it('answers 404 where no page may be, in any case of letters', async () => {
  for (const reserved of ['/API/products', '/internal/keys', '/Metrics']) {
    const answer = await fetch(`${url}${reserved}`, { headers: { accept: 'text/html' } });
    expect([reserved, answer.status, await answer.json()]).toMatchObject([
      reserved,
      404,
      { code: 'not_found' },
    ]);
  }
});

it('tells the browser which module of the storefront changed', async () => {
  const client = await (await fetch(`${url}/@vite/client`)).text();
  const token = /wsToken = "([^"]+)"/.exec(client)?.[1] ?? '';
  await (await fetch(`${url}/src/main.tsx`)).text();
  const messages = await openHotReload(token);
  edit('frontend/src/main.tsx', (text) => `${text}\n// Changed by a test.\n`);
  await waitFor(() => messages().includes('/src/main.tsx'), { timeout: 20_000, what: 'the message' });
});

/** Reads the socket by which Vite tells the browser of changes: frames from a server are plain text. */
function openHotReload(token: string): Promise<() => string> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/?token=${token}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        origin: url,
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.from('a key of 16 byte').toString('base64'),
        'sec-websocket-protocol': 'vite-hmr',
      },
    });
    request.once('upgrade', (_response, socket) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      resolve(() => text);
    });
    request.once('response', (response) => reject(new Error(`answered ${response.statusCode}`)));
    request.once('error', reject);
    request.end();
  });
}

it('restarts only the service that changed, which then answers anew', async () => {
  const ask = async () => (await fetch(`${urlOf('delivery')}/of-a-test`)).status;
  expect(await ask()).toBe(404);
  const before = running();
  edit('services/delivery/src/app.ts', (text) =>
    text.replace(
      /\n {2}return service;\n/,
      "\n  service.app.get('/of-a-test', (_req, res) => res.status(204).end());\n  return service;\n",
    ),
  );
  await waitFor(async () => (await ask()) === 204, {
    timeout: 60_000,
    interval: 100,
    what: 'the new answer',
  });
  await waitFor(() => output.includes('delivery is ready again'), { timeout: 30_000 });
  const after = running();
  expect(after.get('delivery')).not.toBe(before.get('delivery'));
  expect(new Map([...after].filter(([name]) => name !== 'delivery'))).toEqual(
    new Map([...before].filter(([name]) => name !== 'delivery')),
  );
  expect(output.match(/\S+ changed: restarting it/g)).toEqual(['delivery changed: restarting it']);
  expect(await createShopClient(url).call(gatewayApi.health)).toMatchObject({ status: 'ok' });
});

it('says what does not build, and leaves the service running', async () => {
  const before = running();
  edit('services/delivery/src/app.ts', (text) => `${text}\nexport const unfinished = (\n`);
  await waitFor(() => output.includes('delivery does not build'), { timeout: 30_000 });
  expect(output).toContain('services/delivery/src/app.ts:');
  expect(running()).toEqual(before);
});

it('opens the debugger of every service at the printed address', async () => {
  for (const name of SERVICES) {
    const address = new RegExp(String.raw`^  ${name} +(127\.0\.0\.1:\d+)$`, 'm').exec(output)?.[1];
    const targets = (await (await fetch(`http://${address}/json/list`)).json()) as { url: string }[];
    expect(targets.map((target) => target.url)).toEqual([
      expect.stringContaining(`/dist/dev/${name}/main.mjs`),
    ]);
  }
});

it('prints what the services log in words, with their names', async () => {
  await fetch(`${url}/api/products/no-such-product`);
  await waitFor(() => /^gateway +\[[\d:.]+\] INFO: GET \/api\/products\/\S+ 4\d\d in \d+ ms/m.test(output));
  expect(output).not.toContain('{"level"');
});

it('is refused a second time in the same clone, with one sentence, and goes on', async () => {
  const before = running();
  const second = spawn('npm', ['run', '--silent', 'dev'], {
    cwd: copy.folder,
    env: { ...process.env, PORT: String(await freePort()), HOST: '127.0.0.1', DATA_DIR: '.data-of-second' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [second.stdout, second.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => second.once('close', resolve));
  expect({ code, said }).toEqual({
    code: 1,
    said: expect.stringMatching(
      /^npm run dev runs in this clone already \(process \d+\): stop it, or use another clone\.\n$/,
    ),
  });
  expect(running()).toEqual(before);
  expect(await createShopClient(url).call(gatewayApi.health)).toMatchObject({ status: 'ok' });
});

it('stops everything on one Ctrl-C', async () => {
  const services = SERVICES.map(processOf);
  press('SIGINT');
  await exited;
  expect(services.filter((id) => id !== undefined && isAlive(id))).toEqual([]);
  expect(output.trimEnd().split('\n').at(-1)).toContain('stopped');
  rmSync(path.join(copy.folder, '.data'), { recursive: true, force: true });
});
