export interface BatcherOptions<I, O> {
  /** Answers each input in its place; an Error in a place rejects just that caller. */
  run: (inputs: I[]) => Promise<readonly (O | Error)[]>;
  /** The largest batch. */
  max: number;
  /** How many batches may be under way at once. 1 gathers most. */
  concurrency?: number;
}

interface Waiting<I, O> {
  input: I;
  resolve: (output: O) => void;
  reject: (error: unknown) => void;
}

/**
 * Joins single calls into batches without waiting: a call runs at once while there is room, and what arrives meanwhile
 * goes out together as soon as a batch has come back.
 */
export function batcher<I, O>({ run, max, concurrency = 1 }: BatcherOptions<I, O>): (input: I) => Promise<O> {
  let queue: Waiting<I, O>[] = [];
  let active = 0;

  const flush = () => {
    while (active < concurrency && queue.length > 0) {
      const batch = queue.slice(0, max);
      queue = queue.slice(max);
      active += 1;
      void run(batch.map((waiting) => waiting.input))
        .then((outputs) => {
          batch.forEach((waiting, index) => {
            const output = outputs[index];
            if (output instanceof Error) waiting.reject(output);
            else waiting.resolve(output as O);
          });
        })
        .catch((error: unknown) => {
          for (const waiting of batch) waiting.reject(error);
        })
        .finally(() => {
          active -= 1;
          flush();
        });
    }
  };

  return (input) =>
    new Promise<O>((resolve, reject) => {
      queue.push({ input, resolve, reject });
      // Calls of the same tick travel together even when nothing is under way.
      queueMicrotask(flush);
    });
}
