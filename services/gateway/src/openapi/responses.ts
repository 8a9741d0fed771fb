import { encode } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { errorCodes } from '@bramble/contracts/errors';
import type { Operation } from '@bramble/contracts/operation';
import type { Json } from './schemas';

const ID = '0198c5f2-3b7a-7c11-9d55-2f6f4f2b8a10';
const RETRY_STATUSES = [409, 429, 503];

const text = (description: string, example: string): Json => ({
  description,
  schema: { type: 'string' },
  example,
});

/** The response headers, each described once. */
export const headerComponents: Record<string, Json> = {
  'X-Correlation-Id': text(
    'The id of this request in the logs of every service: the one that was sent, or a new one.',
    ID,
  ),
  RateLimit: text(
    'The class of the request, how much of it is left, and the seconds until it is full again.',
    '"read";r=5999;t=60',
  ),
  'RateLimit-Policy': text(
    'The class of the request, its size, and its window in seconds.',
    '"read";q=6000;w=60',
  ),
  'Retry-After': text('Seconds to wait before the next try.', '5'),
  ETag: text(
    'Version and stock revision of the product. `If-Match` takes the version, or the whole for a change that sets stock; `If-None-Match` takes the whole.',
    '"3-17"',
  ),
  'Set-Cookie': text(
    'Cookies of the session or of the cart; scripts cannot read them.',
    '__Host-bramble_access=…; HttpOnly; Secure; SameSite=Strict; Path=/',
  ),
  Location: text('The path of what was made.', encode(catalogApi.get, { params: { id: ID } }).path),
};

function headers(...names: string[]): Json {
  const all = ['X-Correlation-Id', 'RateLimit', 'RateLimit-Policy', ...names];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The headers of a successful answer of this operation. */
export function successHeaders(operation: Operation): Json {
  const { tag, ifMatch, shared, cookies, limit, method, responses } = operation;
  const startsSession = limit === 'signup' || limit === 'login';
  const hasVersion = ifMatch === 'required' || shared === 'product' || 201 in responses;
  return headers(
    ...(hasVersion && tag === 'catalogue' ? ['ETag'] : []),
    ...(201 in responses && tag === 'catalogue' ? ['Location'] : []),
    ...(startsSession || (cookies !== undefined && method !== 'get') ? ['Set-Cookie'] : []),
  );
}

/** One response for each error status, with all codes of that status. */
export function errorResponse(status: number): Json {
  const codes = Object.entries(errorCodes).filter(([, definition]) => definition.status === status);
  return {
    description: codes.map(([code, { title }]) => `\`${code}\`: ${title}`).join('. '),
    headers: headers(...(RETRY_STATUSES.includes(status) ? ['Retry-After'] : [])),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(
          codes.map(([code, { title }]) => [
            code,
            {
              value: {
                type: `urn:bramble:error:${code}`,
                title,
                status,
                code,
                correlationId: '0198c5f2-3b7a-7c11-9d55-2f6f4f2b8a10',
              },
            },
          ]),
        ),
      },
    },
  };
}

/** The error statuses that follow from an operation's checks. */
export function errorStatusesOf(operation: Operation): number[] {
  const { access, params, body, multipart, query, idempotent, ifMatch, method } = operation;
  const statuses = new Set([429, 500, 502, 503, 504]);
  if (access !== 'anyone') statuses.add(401);
  if (method !== 'get' || (access !== 'anyone' && access !== 'user')) statuses.add(403);
  if (params || query) statuses.add(404);
  if (query || body || idempotent || params) statuses.add(400);
  if (method !== 'get') for (const status of [404, 409, 413, 415]) statuses.add(status);
  for (const code of operation.errors ?? []) statuses.add(errorCodes[code].status);
  if (idempotent || multipart) statuses.add(422);
  if (ifMatch) for (const status of [412, 428]) statuses.add(status);
  return [...statuses].sort((a, b) => a - b);
}
