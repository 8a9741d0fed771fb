import { z } from 'zod';
import { operation } from '@bramble/contracts/operation';
import { userIdOf } from '../src/base/actor';
import { baseEnv, loadConfig } from '../src/base/config';
import { AppError } from '../src/base/errors';
import { type InternalClaims, signInternalToken } from '../src/base/internal-auth';
import { callKey, serviceKey } from '../src/base/internal-keys';
import { endpoint } from '../src/http/endpoint';
import { bytes, JSON_TYPE } from '../src/http/reply';
import type { Service } from '../src/runtime/service';
import { createService } from '../src/service/create-service';

const answer = z.object({ note: z.string() });
const toyApi = {
  hello: operation({
    id: 'helloToy',
    method: 'get',
    path: '/api/hello',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'anyone',
    query: z.strictObject({ name: z.string().optional() }),
    responses: { 200: answer },
  }),
  polled: operation({
    id: 'pollToy',
    method: 'get',
    path: '/api/polled',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'anyone',
    polled: true,
    responses: { 200: answer },
  }),
  mine: operation({
    id: 'mineToy',
    method: 'get',
    path: '/api/notes/mine',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'user',
    responses: { 200: answer },
  }),
  change: operation({
    id: 'changeToy',
    method: 'patch',
    path: '/api/notes/:id',
    service: 'users',
    tag: 't',
    summary: '',
    access: ['seller'],
    params: z.strictObject({ id: z.guid() }),
    body: z.strictObject({ note: z.string() }),
    ifMatch: 'required',
    responses: { 200: answer },
  }),
  pay: operation({
    id: 'payToy',
    method: 'post',
    path: '/api/pay',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'user',
    body: z.strictObject({ note: z.string() }),
    idempotent: true,
    responses: { 202: answer },
  }),
  kept: operation({
    method: 'get',
    service: 'users',
    path: '/api/kept',
    id: 'toyKept',
    aliases: ['/api/kept-alias'],
    tag: 't',
    summary: '',
    access: 'anyone',
    responses: { 200: answer },
  }),
  busy: operation({
    method: 'get',
    service: 'users',
    path: '/api/busy',
    id: 'toyBusy',
    tag: 't',
    summary: '',
    access: 'anyone',
    responses: { 200: answer },
  }),
  slow: operation({
    id: 'slowToy',
    method: 'get',
    path: '/api/slow',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'anyone',
    responses: { 200: answer },
  }),
  broken: operation({
    id: 'brokenToy',
    method: 'get',
    path: '/api/broken',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'anyone',
    responses: { 200: answer },
  }),

  away: operation({
    id: 'awayToy',
    method: 'get',
    path: '/api/away',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'anyone',
    responses: { 200: answer },
  }),
  inside: operation({
    id: 'insideToy',
    method: 'get',
    path: '/internal/inside',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'service',
    responses: { 200: answer },
  }),
  jobs: operation({
    id: 'jobsToy',
    method: 'get',
    path: '/internal/jobs',
    service: 'users',
    tag: 't',
    summary: '',
    access: 'service',
    jobs: true,
    responses: { 200: answer },
  }),
};

export const KNOWN_NOTE = '01900000-0000-7000-8000-000000000042';
export const TOY_KEY = 'toy-key-toy-key-toy-key-toy-key-';

/** A token for a service whose keys come from TOY_KEY. */
export const toyToken = (audience: string, claims: InternalClaims): string =>
  signInternalToken(callKey(serviceKey(TOY_KEY, audience), audience, claims.kind), audience, claims);

export const loadToyConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(baseEnv(0), {
    INTERNAL_TOKEN_KEY: TOY_KEY,
    HOST: '127.0.0.1',
    OPS_PORT: '0',
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });

/** A service with one endpoint of each kind. `slow` answers when `release` resolves. */
export function buildToy(
  config: ReturnType<typeof loadToyConfig>,
  release: Promise<void> = Promise.resolve(),
): Service {
  const service = createService({ name: 'users', config });
  service.mount([
    endpoint(toyApi.hello, ({ query }) => Promise.resolve({ note: query.name ?? 'you' })),
    endpoint(
      toyApi.change,
      {
        find: ({ params }) =>
          params.id === KNOWN_NOTE ? Promise.resolve('note') : Promise.reject(new AppError('not_found')),
      },
      ({ body, ifMatch, found }) =>
        Promise.resolve({ note: [found, body.note, ifMatch?.version, ifMatch?.revision].join(' ') }),
    ),
    endpoint(toyApi.polled, () => Promise.resolve({ note: 'polled' })),
    endpoint(toyApi.mine, ({ actor }) => Promise.resolve({ note: userIdOf(actor) })),
    endpoint(toyApi.pay, ({ idempotency }) =>
      Promise.resolve({ note: `${idempotency.key} ${idempotency.hash.length}` }),
    ),
    endpoint(toyApi.kept, () =>
      Promise.resolve(bytes(Buffer.from('{ "note": "as it is" }'), JSON_TYPE, { etag: '"1"' })),
    ),
    endpoint(toyApi.busy, () => Promise.reject(new AppError('unavailable', { retryAfterSeconds: 1.5 }))),
    endpoint(toyApi.slow, async () => {
      await release;
      return { note: 'done' };
    }),
    endpoint(toyApi.broken, () => Promise.reject(new Error('a secret of the inside'))),
    endpoint(toyApi.away, () =>
      Promise.reject(Object.assign(new Error('connect to a secret place'), { code: 'ECONNREFUSED' })),
    ),
    endpoint(toyApi.inside, () => Promise.resolve({ note: 'inside' })),
    endpoint(toyApi.jobs, () => Promise.resolve({ note: 'of a job' })),
  ]);
  return service;
}
