/** A signal that is kept until it is waited for: any number of calls of `wake` end one `wait`. */
export function createWaker() {
  let woken = false;
  let endWait: (() => void) | undefined;

  function wake(): void {
    woken = true;
    endWait?.();
  }

  /** Resolves true when `wake` was called, also before; false after `ms`. One call waits at a time. */
  async function wait(ms: number): Promise<boolean> {
    if (!woken && ms > 0)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    endWait = undefined;
    const result = woken;
    woken = false;
    return result;
  }

  return { wake, wait };
}
export type Waker = ReturnType<typeof createWaker>;
