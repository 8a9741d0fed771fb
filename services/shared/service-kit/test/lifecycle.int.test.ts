import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { toyToken } from './toy-service';

const token = toyToken('users', {
  sub: null,
  roles: [],
  kind: 'user',
  secure: false,
  cid: 'c',
});

interface Toy {
  child: ChildProcess;
  port: number;
  opsPort: number;
  errors: () => string;
  exited: Promise<number | null>;
}

function spawnToy(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'toy-main.ts')], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, errors: () => errors, exited };
}

async function startToy(env: Record<string, string> = {}): Promise<Toy> {
  const toy = spawnToy(env);
  const [line] = (await once(createInterface({ input: toy.child.stdout! }), 'line')) as [string];
  return { ...toy, ...(JSON.parse(line) as { port: number; opsPort: number }) };
}

const fetchBy = (agent: Agent, port: number, path: string) =>
  new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
    get({ agent, port, path, host: '127.0.0.1', headers: { 'x-internal-token': token } }, (res) => {
      res.resume();
      res.on('end', () => resolve({ status: res.statusCode ?? 0, connection: res.headers.connection }));
    }).on('error', reject);
  });

describe('a service as a process', () => {
  it('lists every fault of its configuration and exits 1', async () => {
    const toy = spawnToy({ PORT: 'x', OPS_PORT: 'y', INTERNAL_TOKEN_KEY: 'short' });
    expect(await toy.exited).toBe(1);
    for (const name of ['PORT', 'OPS_PORT', 'INTERNAL_TOKEN_KEY']) expect(toy.errors()).toContain(name);
  });

  it('logs a request, and the answer to a poll only at debug level', async () => {
    const toy = await startToy({ LOG_LEVEL: 'info' });
    const agent = new Agent();
    const routes: unknown[] = [];
    const lines = createInterface({ input: toy.child.stdout! });
    const logged = new Promise<void>((resolve) =>
      lines.on('line', (line) => {
        const { http_route: route } = JSON.parse(line) as { http_route?: string };
        if (route !== undefined) routes.push(route);
        if (route === '/api/hello') resolve();
      }),
    );
    expect((await fetchBy(agent, toy.port, '/api/polled')).status).toBe(200);
    expect((await fetchBy(agent, toy.port, '/api/hello')).status).toBe(200);
    await logged;
    expect(routes).toEqual(['/api/hello']);
    toy.child.kill('SIGTERM');
    expect(await toy.exited).toBe(0);
  });

  it('on SIGTERM finishes the current request, closes idle keep-alive sockets, and exits 0', async () => {
    const toy = await startToy();
    const idle = new Agent({ keepAlive: true });
    const busy = new Agent({ keepAlive: true });
    expect((await fetchBy(idle, toy.port, '/api/hello')).status).toBe(200);
    const slow = fetchBy(busy, toy.port, '/api/slow');
    expect((await fetchBy(idle, toy.opsPort, '/readyz')).status).toBe(200);
    const stoppedAt = Date.now();
    toy.child.kill('SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await toy.exited).toBe(0);
    // keepAliveTimeout is 65 s: without closing idle connections it would take that long.
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
    idle.destroy();
    busy.destroy();
  });

  it('serves on for its drain time, on new and on open connections, and sends Connection: close', async () => {
    const toy = await startToy({ DRAIN_SECONDS: '2' });
    const kept = new Agent({ keepAlive: true });
    expect(await fetchBy(kept, toy.port, '/api/hello')).toEqual({ status: 200, connection: 'keep-alive' });
    toy.child.kill('SIGTERM');
    await waitUntilNotReady(toy.opsPort);
    const closing = { status: 200, connection: 'close' };
    expect(await fetchBy(kept, toy.port, '/api/hello')).toEqual(closing);
    expect(await fetchBy(new Agent(), toy.port, '/api/hello')).toEqual(closing);
    expect(await toy.exited).toBe(0);
    kept.destroy();
  });

  it('exits at once on a second signal', async () => {
    const toy = await startToy();
    const agent = new Agent();
    const slow = fetchBy(agent, toy.port, '/api/slow').catch(() => 'cut off');
    await fetchBy(agent, toy.port, '/api/hello');
    toy.child.kill('SIGTERM');
    await waitUntilNotReady(toy.opsPort);
    toy.child.kill('SIGTERM');
    expect(await toy.exited).toBe(1);
    expect(await slow).toBe('cut off');
  });
});

async function waitUntilNotReady(opsPort: number): Promise<void> {
  const agent = new Agent();
  while ((await fetchBy(agent, opsPort, '/readyz')).status === 200)
    await new Promise((resolve) => setImmediate(resolve));
}
