import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceEnvironment } from '../start/environment';
import type { StartedShop } from '../start/run-shop';
import type { Log } from '../stores/types';

/** How long a restarted service may take until it is ready, before a warning is printed. */
const READY_LIMIT_MS = 30_000;

/** Restarts services whose bundle changed, each service by itself and never twice at once. */
export function createRestarts(log: Log) {
  let shop: StartedShop | undefined;
  /** Changed before the services were started, or while they were. */
  const waiting = new Set<string>();
  const underWay = new Map<string, Promise<void>>();

  function request(name: string): void {
    if (!shop) {
      waiting.add(name);
      return;
    }
    const started = shop;
    const before = underWay.get(name) ?? Promise.resolve();
    underWay.set(
      name,
      before.then(() => restart(name, started)),
    );
  }

  /** From now on a change restarts its service. */
  function begin(started: StartedShop): void {
    shop = started;
    waiting.forEach(request);
  }

  async function restart(name: string, { restart: again, services }: StartedShop): Promise<void> {
    const since = Date.now();
    log(`${name} changed: restarting it`);
    await again(name);
    const ready = await isReady(services.find((service) => service.name === name));
    if (ready) log(`${name} is ready again after ${((Date.now() - since) / 1000).toFixed(1)} s`);
    else log(`${name} is not ready yet: npm run logs -- ${name}`);
  }

  return { request, begin };
}

async function isReady(service: ServiceEnvironment | undefined): Promise<boolean> {
  const url = `http://127.0.0.1:${service?.env['OPS_PORT']}/readyz`;
  for (const deadline = Date.now() + READY_LIMIT_MS; Date.now() < deadline; await delay(50)) {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return true;
  }
  return false;
}
