/**
 * The times at which the shop was disturbed: while a fault lasted, until the shop was healthy again, and 3 s longer.
 */
export interface Trouble {
  /** A fault begins; calling the answer ends it. */
  begin(): () => void;
  /** Called twice a second with the health of the shop. */
  observe(healthy: boolean): void;
  /** Whether any of the time from `from` to `to` was disturbed. */
  within(from: number, to: number): boolean;
}

/** Within this time everything that waited for a store has tried again. */
const AFTERMATH_MS = 3_000;

export function watchTrouble(now: () => number = () => performance.now()): Trouble {
  const spans: { from: number; to: number }[] = [];
  let broken: { from: number; to: number } | undefined;
  const open = () => {
    const span = { from: now(), to: Infinity };
    spans.push(span);
    return span;
  };
  return {
    begin() {
      const span = open();
      return () => void (span.to = now() + AFTERMATH_MS);
    },
    observe(healthy) {
      if (!healthy) broken ??= open();
      else if (broken) {
        broken.to = now() + AFTERMATH_MS;
        broken = undefined;
      }
    },
    within: (from, to) => spans.some((span) => span.from <= to && span.to >= from),
  };
}
