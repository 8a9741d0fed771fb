import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { defaultCacheDir } from '../../scripts/stores/cache';
import { freePort } from '../../scripts/stores/ports';

const VERSION = 'v2.5.0';
const exec = promisify(execFile);

/** A proxy before a store: it can delay connections or cut them. */
export interface Proxy {
  readonly name: string;
  readonly port: number;
  slow(latencyMs: number): Promise<void>;
  /** Every connection is reset as soon as data flows. */
  reset(): Promise<void>;
  /** Refuses connections and drops the open ones. */
  cut(): Promise<void>;
  /** Accepts connections and lets nothing through; the open ones stay open and silent. */
  swallow(): Promise<void>;
  heal(): Promise<void>;
}

export interface Toxiproxy {
  proxy(name: string, upstreamPort: number): Promise<Proxy>;
  stop(): void;
}

async function binary(): Promise<string> {
  const folder = path.join(defaultCacheDir(), `toxiproxy-${VERSION}`);
  const file = path.join(folder, 'toxiproxy-server');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    await exec('go', ['install', `github.com/Shopify/toxiproxy/v2/cmd/server@${VERSION}`], {
      env: { ...process.env, GOBIN: folder },
    });
    renameSync(path.join(folder, 'server'), file);
  }
  return file;
}

/** Starts toxiproxy on a free port; builds it once from its Go module. */
export async function startToxiproxy(): Promise<Toxiproxy> {
  const port = await freePort();
  const child = spawn(await binary(), ['-host', '127.0.0.1', '-port', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, LOG_LEVEL: 'error' },
  });
  const call = async (method: string, where: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${port}${where}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // What is to be removed may be gone.
    if (!response.ok && !(method === 'DELETE' && response.status === 404))
      throw new Error(`toxiproxy ${method} ${where}: ${response.status} ${await response.text()}`);
  };
  for (let tries = 0; ; tries++) {
    try {
      await call('GET', '/version');
      break;
    } catch (error) {
      if (tries > 100) throw error;
      await pause(50);
    }
  }
  return {
    async proxy(name, upstreamPort) {
      const own = await freePort();
      const where = `/proxies/${encodeURIComponent(name)}`;
      await call('POST', '/proxies', {
        name,
        listen: `127.0.0.1:${own}`,
        upstream: `127.0.0.1:${upstreamPort}`,
        enabled: true,
      });
      const toxic = (type: string, attributes: object) =>
        call('POST', `${where}/toxics`, {
          name: type,
          type,
          stream: 'downstream',
          toxicity: 1,
          attributes,
        });
      return {
        name,
        port: own,
        slow: (latency) => toxic('latency', { latency, jitter: Math.round(latency / 4) }),
        reset: () => toxic('reset_peer', { timeout: 0 }),
        swallow: () => toxic('timeout', { timeout: 0 }),
        cut: () => call('POST', where, { enabled: false }),
        async heal() {
          for (const type of ['latency', 'reset_peer', 'timeout'])
            await call('DELETE', `${where}/toxics/${type}`);
          await call('POST', where, { enabled: true });
        },
      };
    },
    stop: () => void child.kill('SIGTERM'),
  };
}
