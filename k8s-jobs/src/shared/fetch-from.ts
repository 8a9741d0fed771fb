import type { CallAnswer, CallRequest } from '@bramble/contracts/call';

interface FetchOptions {
  /** Milliseconds until the whole answer must have arrived. */
  readonly timeoutMs: number;
  /** Makes the headers that each request gets besides its own. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** Makes the transport of a job's client: it sends requests to the server at `url`. */
export const fetchFrom =
  (url: string, { timeoutMs, headers: added = () => ({}) }: FetchOptions) =>
  async ({ method, path, headers, body }: CallRequest): Promise<CallAnswer> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...headers, ...added() },
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  };
