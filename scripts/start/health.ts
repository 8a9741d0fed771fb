import { setTimeout as delay } from 'node:timers/promises';
import { encode } from '@bramble/contracts/call';
import { gatewayApi } from '@bramble/contracts/gateway';
import type { Supervised } from '../stores/supervise';
import type { Log } from '../stores/types';

const LIMIT_MS = 240_000;
const MAX_EXITS = 5;

/**
 * Waits until the health answer is 200. Throws after four minutes, and with the last lines of its log when a service keeps
 * ending.
 */
export async function healthy(url: string, services: () => readonly Supervised[], log: Log): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  let said = '';
  for (;;) {
    const { status, missing } = await ask(`${url}${encode(gatewayApi.health).path}`);
    if (status === 200) return;
    const failing = services().find((service) => service.exits() >= MAX_EXITS);
    if (failing) throw new Error(`${failing.name} does not start. Its last lines:\n${failing.lastLines(20)}`);
    if (Date.now() > deadline)
      throw new Error(`The shop did not become healthy; still missing: ${missing || 'the gateway'}.`);
    if (missing && missing !== said) log(`waiting for ${missing}`);
    said = missing;
    await delay(100);
  }
}

async function ask(url: string): Promise<{ status: number; missing: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const body = (await response.json()) as { services?: Record<string, string> };
    const missing = Object.entries(body.services ?? {}).filter(([, state]) => state !== 'up');
    return { status: response.status, missing: missing.map(([name]) => name).join(', ') };
  } catch {
    return { status: 0, missing: '' };
  }
}
