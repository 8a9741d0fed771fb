export interface BatcherOptions<I, O> {
  /** Answers each input at its index; an Error at an index rejects that caller only. */
  run: (inputs: I[]) => Promise<readonly (O | Error)[]>;
  /** The largest batch. */
  max: number;
  /** The most batches in flight. With 1 the batches are largest. */
  concurrency?: number;
}

interface Waiting<I, O> {
  input: I;
  resolve: (output: O) => void;
  reject: (error: unknown) => void;
}

/**
 * Joins single calls into batches without waiting: a call runs at once while fewer than `concurrency` batches are in
 * flight; calls that arrive meanwhile form the next batch.
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
      // Calls of the same tick form one batch even when no batch is in flight.
      queueMicrotask(flush);
    });
}
