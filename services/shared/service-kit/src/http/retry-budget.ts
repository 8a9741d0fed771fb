/** Lets repetitions be at most a tenth of the requests, so that retries never double the load of a service in trouble. */
export function createRetryBudget({ share = 0.1, reserve = 20 } = {}) {
  let tokens = reserve;
  return {
    onRequest: (): void => {
      tokens = Math.min(reserve, tokens + share);
    },
    take: (): boolean => {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
