import { existsSync } from 'node:fs';
import { waitFor } from '@bramble/test-kit/wait-for';

/** Where Debian's package libfaketime puts it. */
const libraries = ['x86_64', 'aarch64', 'arm'].map(
  (machine) => `/usr/lib/${machine}-linux-gnu${machine === 'arm' ? 'eabihf' : ''}/faketime/libfaketime.so.1`,
);

/** The environment of a process whose clock is so many seconds off, and whose monotonic clock is right. */
export function withClock(seconds: number): Record<string, string> {
  const library = libraries.find((file) => existsSync(file));
  if (!library) throw new Error('a clock of its own needs libfaketime: apt-get install libfaketime');
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds >= 0 ? '+' : ''}${seconds}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}

/** How many seconds the clock of the process at this port is off, once it answers. */
export const clockOf = (opsPort: number): Promise<number> =>
  waitFor(
    async () => {
      const response = await fetch(`http://127.0.0.1:${opsPort}/livez`, {
        signal: AbortSignal.timeout(1_000),
      });
      await response.text();
      return (Date.parse(response.headers.get('date') ?? '') - Date.now()) / 1_000;
    },
    { what: 'the clock of a process', timeout: 30_000, interval: 100, until: Number.isFinite },
  );
