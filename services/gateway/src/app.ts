import { access } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { publicOperations } from '@bramble/contracts/public-operations';
import type { AccessClaims } from '@bramble/contracts/sessions';
import { usersApi } from '@bramble/contracts/users';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { Upstream } from '@bramble/service-kit/http/client';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { createAccessTokenVerifier } from './auth/access-token';
import { createAuthenticate } from './auth/authenticate';
import { createDenylistRepository } from './auth/denylist.repository';
import { createKeySet } from './auth/key-set';
import { openPublicAnswers } from './cache/open-public-answers';
import { servePublicAnswers } from './cache/serve-public';
import { type GatewayConfig, upstreamUrls } from './config';
import { dashboardRoutes } from './dashboard/dashboard.routes';
import { createDashboardService } from './dashboard/dashboard.service';
import { deadLettersRoutes } from './dead-letters/dead-letters.routes';
import { createDeadLettersService } from './dead-letters/dead-letters.service';
import { answerClientError } from './edge/client-error';
import { createDispatch } from './edge/dispatch';
import { createEdge } from './edge/edge';
import { welcomeRoute } from './edge/welcome.routes';
import { healthRoutes } from './health/health.routes';
import { createHealthService, readyProbe } from './health/health.service';
import { clientReader } from './http/client';
import { createSourceWatch } from './http/source-watch';
import { createRateLimits } from './limits/rate-limits';
import { createSlowTurns } from './limits/slow-turns';
import { documentApi } from './openapi/openapi.routes';
import { exportRoutes } from './personal-data/export.routes';
import { createExportService } from './personal-data/export.service';
import { createForward } from './proxy/forward';
import { operationMatcher } from './proxy/operations';
import { openUpstreams } from './proxy/upstreams';
import { createSocketPlaces } from './sockets/socket-places';
import { createUpgradeHandler } from './sockets/upgrade';
import { openStorefront } from './storefront/open-storefront';

/** The gateway: routes and checks every request from outside. It has no data of its own. */
export function buildGateway(config: GatewayConfig): Service {
  const service = createService({
    name: 'gateway',
    config,
    keepAliveMs: 95_000,
    trustsCallers: false,
    server: {
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16_384,
    },
  });
  const events = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL, required: false });
  const cache = openRedis(service, { role: 'cache', url: config.REDIS_CACHE_URL, required: false });

  const urls = upstreamUrls(config);
  const upstreams = openUpstreams(service, urls);
  const keyOf = (name: string) => service.keys.toCall(name, 'user');
  // Throws ConfigError when one is missing.
  for (const name of Object.keys(urls)) keyOf(name);
  const users = createUsersClient(upstreams.users);
  const storefront = openStorefront(service, config);

  const keys = createKeySet(users.keys);
  // A revoked signing key is refused after this time.
  every(service, { name: 'signing keys', ms: 3_000, run: keys.refresh });
  const authenticate = createAuthenticate({
    verify: createAccessTokenVerifier(keys),
    denylist: createDenylistRepository(events),
    isGoodInUsers: users.isGood,
    log: service.log,
  });
  const readClient = clientReader(config.TRUST_PROXY);
  const watchSource = createSourceWatch(service.log);
  const clientOf = (req: IncomingMessage) => {
    const client = readClient(req);
    watchSource(client.address);
    return client;
  };
  const corsOrigins = new Set(config.CORS_ORIGINS);
  const secureAlways = config.COOKIE_SECURE === 'always';
  const { READY_FILE: readyFile } = config;

  const health = createHealthService({
    service,
    probes: {
      ...Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, readyProbe(url)])),
      ...(storefront ? { storefront: storefront.ready } : {}),
      ...(readyFile === undefined ? {} : { data: () => access(readyFile) }),
    },
  });
  const inSlowTurn = createSlowTurns(service, { factor: config.RATE_LIMIT_FACTOR });
  documentApi(service.app);
  service.mount([
    welcomeRoute,
    ...healthRoutes(health),
    ...dashboardRoutes(createDashboardService({ upstreams, log: service.log })),
    ...exportRoutes(createExportService({ upstreams, inSlowTurn })),
    ...deadLettersRoutes(createDeadLettersService({ services: upstreams })),
  ]);

  const limits = createRateLimits(service, { redis: events, factor: config.RATE_LIMIT_FACTOR });
  const answers = openPublicAnswers(service, cache);
  service.early(
    servePublicAnswers({ owner: service, answers, limits, clientOf, crossOrigin: corsOrigins.size > 0 }),
  );
  const dispatch = createDispatch({
    keyOf,
    upstreams,
    forward: createForward(keyOf, inSlowTurn),
    answers,
    ownRoutes: service.app,
  });
  service.inFront(
    createEdge({
      telemetry: service,
      clientOf,
      corsOrigins,
      secureAlways,
      match: operationMatcher(publicOperations),
      authenticate,
      limits,
      dispatch,
      storefront: storefront?.serve,
    }),
  );
  service.server.on('clientError', answerClientError);
  service.server.on(
    'upgrade',
    createUpgradeHandler({
      server: service.server,
      url: config.NOTIFICATIONS_URL,
      keyOf,
      secureAlways,
      clientOf,
      corsOrigins,
      authenticate,
      limits,
      takePlace: createSocketPlaces({ factor: config.RATE_LIMIT_FACTOR }),
      log: service.log,
    }),
  );
  return service;
}

/** The calls that the gateway makes to users for its own checks. */
function createUsersClient(upstream: Upstream) {
  type CheckedSession = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;
  return {
    keys: async () => upstream.call(usersApi.keys),
    isGood: batcher<CheckedSession, boolean>({
      max: 200,
      concurrency: 4,
      run: async (asked) => {
        const sessions = asked.map(({ sid, sub, ver }) => ({ id: sid, userId: sub, version: ver }));
        return (await upstream.call(usersApi.sessionStates, { body: { sessions } })).good;
      },
    }),
  };
}
