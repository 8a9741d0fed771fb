/** A signal that is remembered until somebody waits for it: many raise it, one wait takes them all. */
export function createWaker() {
  let raised = false;
  let ring: (() => void) | undefined;
  return {
    wake: (): void => {
      raised = true;
      ring?.();
    },
    /** Resolves true when woken, also before the call; false after `ms`. One waits at a time. */
    wait: async (ms: number): Promise<boolean> => {
      if (!raised && ms > 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          ring = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      ring = undefined;
      const woken = raised;
      raised = false;
      return woken;
    },
  };
}
