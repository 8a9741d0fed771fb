/**
 * When the shop was disturbed: while a fault lasted, while the shop was not whole again after one, and a little longer.
 */
export interface Trouble {
  /** A fault begins; the answer ends it. */
  begin(): () => void;
  /** Hears at every look whether the whole shop is up. */
  look(whole: boolean): void;
  /** Whether any of the time from `from` to `to` was disturbed. */
  within(from: number, to: number): boolean;
}

/** Whoever waited for a store tries again within this time. */
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
    look(whole) {
      if (!whole) broken ??= open();
      else if (broken) {
        broken.to = now() + AFTERMATH_MS;
        broken = undefined;
      }
    },
    within: (from, to) => spans.some((span) => span.from <= to && span.to >= from),
  };
}
