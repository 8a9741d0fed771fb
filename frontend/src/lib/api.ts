import type { Problem } from '@bramble/contracts/errors';
import { ApiError } from './api-error';

interface Options {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeout?: number;
}

type SessionEnd = () => void;
let onSessionEnd: SessionEnd = () => undefined;
/** Called when a session could not be renewed. */
export const whenSessionEnds = (listener: SessionEnd): void => {
  onSessionEnd = listener;
};

const withQuery = (path: string, query: Options['query'] = {}): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
};

const send = async (method: string, path: string, options: Options): Promise<Response> => {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  const json = options.form === undefined && method !== 'GET';
  if (json && method !== 'DELETE') headers['Content-Type'] = 'application/json';
  const signals = [AbortSignal.timeout(options.timeout ?? 20_000)];
  if (options.signal) signals.push(options.signal);
  try {
    return await fetch(withQuery(path, options.query), {
      method,
      headers,
      signal: AbortSignal.any(signals),
      ...(options.form
        ? { body: options.form }
        : json && method !== 'DELETE'
          ? { body: JSON.stringify(options.body ?? {}) }
          : {}),
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, 'offline');
  }
};

const problemOf = async (response: Response): Promise<ApiError> => {
  const header = response.headers.get('x-correlation-id') ?? undefined;
  try {
    const problem = (await response.json()) as Problem;
    return new ApiError(response.status, problem.code, problem, problem.correlationId ?? header);
  } catch {
    return new ApiError(
      response.status,
      response.status >= 500 ? 'internal' : 'not_found',
      undefined,
      header,
    );
  }
};

let renewal: Promise<boolean> | undefined;
/** One renewal for all calls that met a 401 at the same time: a refresh token is good for one use. */
const renew = (): Promise<boolean> => {
  renewal ??= send('POST', '/api/auth/refresh', {})
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      renewal = undefined;
    });
  return renewal;
};

/**
 * Calls the shop's API. Resolves to the parsed answer (undefined for 204), rejects with ApiError.
 * A 401 is answered by renewing the session once, except where it is the answer to credentials.
 */
export const call = async <T>(method: string, path: string, options: Options = {}): Promise<T> => {
  let response = await send(method, path, options);
  if (response.status === 401) {
    const problem = await problemOf(response);
    if (problem.code === 'bad_credentials' || path === '/api/auth/refresh') throw problem;
    if (!(await renew())) {
      onSessionEnd();
      throw problem;
    }
    response = await send(method, path, options);
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
};

export const get = <T>(path: string, options?: Options) => call<T>('GET', path, options);
export const post = <T>(path: string, body?: unknown, options?: Options) =>
  call<T>('POST', path, { ...options, body });
