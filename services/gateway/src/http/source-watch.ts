import type { Logger } from '@bramble/service-kit/observe/logger';

/** So many requests are counted before their addresses are compared. */
const WINDOW = 1_000;
const SHARE = 0.95;
const REPEAT_MS = 3_600_000;
const isLoopback = (address: string) => address.startsWith('127.') || address.startsWith('0000:');

/**
 * Counts the addresses of requests, and warns at most once an hour when nearly all of 1,000 come from one: then a proxy
 * that TRUST_PROXY does not name stands in front, and all shoppers share one rate limit. Loopback is not counted.
 */
export function createSourceWatch(log: Pick<Logger, 'warn'>, now: () => number = Date.now) {
  let counts = new Map<string, number>();
  let total = 0;
  let quietUntil = 0;
  return (address: string): void => {
    if (isLoopback(address)) return;
    counts.set(address, (counts.get(address) ?? 0) + 1);
    total += 1;
    if (total < WINDOW) return;
    const [most = '', count = 0] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    counts = new Map();
    total = 0;
    if (count < WINDOW * SHARE || now() < quietUntil) return;
    quietUntil = now() + REPEAT_MS;
    log.warn(
      { address: most, requests: count, of: WINDOW },
      'nearly all requests come from one address: if a proxy stands in front, name its network in TRUST_PROXY',
    );
  };
}
