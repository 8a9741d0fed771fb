export interface GateOptions {
  atOnce: number;
  waiting: number;
  /** The error for whom there is no place left. */
  refuse: () => Error;
  onChange?: (state: { active: number; waiting: number }) => void;
}

/** Lets `atOnce` pieces of work run; others wait in the order they came, at most `waiting` of them. */
export function createGate({ atOnce, waiting, refuse, onChange }: GateOptions) {
  const queue: (() => void)[] = [];
  let active = 0;
  const changed = () => onChange?.({ active, waiting: queue.length });

  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (active >= atOnce) {
      if (queue.length >= waiting) throw refuse();
      // Whoever leaves hands its place over, so `active` does not fall in between.
      await new Promise<void>((resolve) => {
        queue.push(resolve);
        changed();
      });
    } else active += 1;
    changed();
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else active -= 1;
      changed();
    }
  };
}
