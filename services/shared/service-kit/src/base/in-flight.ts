/**
 * Counts the work in flight for each key, such as an account or an address. `work` gets how much is in flight for its
 * key already, and refuses by throwing. A key without work takes no memory.
 */
export function createInFlight() {
  const counts = new Map<string, number>();

  return async function inFlight<T>(key: string, work: (before: number) => Promise<T>): Promise<T> {
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    try {
      return await work(before);
    } finally {
      const left = (counts.get(key) ?? 1) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    }
  };
}
