/** Limits retries to a tenth of the requests, so that they never double the load of a failing service. */
export function createRetryBudget({ share = 0.1, reserve = 20 } = {}) {
  let tokens = reserve;

  function onRequest(): void {
    tokens = Math.min(reserve, tokens + share);
  }

  /** Spends one retry; false when none is left. */
  function spend(): boolean {
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  }

  return { onRequest, spend };
}
