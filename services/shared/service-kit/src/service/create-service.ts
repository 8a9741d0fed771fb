import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import type { BaseConfig } from '../base/config';
import { isTransient } from '../base/errors';
import { internalKeys } from '../base/internal-keys';
import { createHttpEdge } from '../http/edge';
import { mountEndpoints } from '../http/mount';
import { closeSlowReaders } from '../http/slow-readers';
import { createLogger } from '../observe/logger';
import { createMetrics, gauge, type Metrics } from '../observe/metrics';
import type { Catalogue, NoMetrics } from '../observe/metrics-catalogue/definition';
import { createTracing } from '../observe/tracing/tracing';
import { backoff, retry } from '../runtime/clock';
import type { EarlyHandler, Mountable, Service, Worker } from '../runtime/service';
import { opsListener } from './ops';

export interface ServiceOptions<M extends Catalogue = NoMetrics> {
  name: string;
  config: BaseConfig;
  /** The service's own metrics, in addition to the kit's. */
  metrics?: M;
  /** The time limit of an idle connection; longer than the caller's own limit, so that the caller closes first. */
  keepAliveMs?: number;
  /** Limits of the public server, for a service with outside clients. */
  server?: ServerOptions;
  /** False for a service with outside clients: their headers do not decide which traces are sampled. */
  trustsCallers?: boolean;
}

/** How long a start is retried; equal to how long it waits for a store that is away. */
const START_MS = 30_000;

const listen = (server: Server, port: number, host: string) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

/** Closes idle sockets at once while draining; `close` alone waits for keepAliveTimeout (measured on Node 20). */
const drain = (server: Server) =>
  new Promise<void>((resolve) => {
    const timer = setInterval(() => server.closeIdleConnections(), 250);
    server.close(() => {
      clearInterval(timer);
      resolve();
    });
    server.closeIdleConnections();
  });

/**
 * Creates the shell of a service. Start: resources, listen, workers, ready. Stop: not ready, workers finish their work,
 * HTTP drains with `Connection: close` (new connections are served for DRAIN_SECONDS), resources close in reverse
 * order.
 */
export function createService<M extends Catalogue = NoMetrics>({
  name,
  config,
  metrics: ownMetrics,
  keepAliveMs = 65_000,
  server: serverOptions = {},
  trustsCallers = true,
}: ServiceOptions<M>): Service<M> {
  const log = createLogger(name, config.LOG_LEVEL);
  const metrics = createMetrics(name, ownMetrics);
  const kitOnly: Metrics = metrics;
  const tracing = createTracing({ name, config, log, trustsCallers });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Paths have one spelling: /api/auth/Login and /api/auth/login/ are 404.
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');

  const endpoints: Mountable[] = [];
  const early: EarlyHandler[] = [];
  let listener: RequestListener = app;
  const starters: { name: string; fn: () => Promise<unknown> }[] = [];
  const stoppers: { name: string; fn: () => Promise<unknown> }[] = [];
  const workers: Worker[] = [];
  const checks = new Map<string, () => Promise<unknown>>();
  let state: 'new' | 'starting' | 'ready' | 'stopping' | 'stopped' = 'new';

  /** The first reason why the service is not ready; undefined when it is ready. */
  const notReady = async (): Promise<string | undefined> => {
    if (state !== 'ready') return state;
    for (const [part, check] of checks) {
      try {
        await check();
      } catch {
        return part;
      }
    }
    return undefined;
  };

  const edge = createHttpEdge({
    log,
    metrics,
    tracing,
    early,
    notReady,
    answersReady: trustsCallers,
    draining: () => state === 'stopping',
    app: (req, res) => listener(req, res),
  });
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: keepAliveMs + 1_000,
      requestTimeout: 120_000,
      maxHeaderSize: 16_384,
      ...serverOptions,
    },
    edge,
  );
  // Headers are limited by bytes; maxHeadersCount would drop some, and could hide Content-Length.
  server.maxHeadersCount = 0;
  closeSlowReaders({ metrics: kitOnly }, server);
  const opsServer = createServer(opsListener({ metrics, notReady, alive: () => state !== 'stopped' }));
  const readyGauge = gauge({ metrics: kitOnly }, 'bramble_ready');
  readyGauge.set({}, 0);

  /** Retries a part of the start while its store refuses writes, for example because its disk is full. */
  const runStarter = ({ name: part, fn }: (typeof starters)[number]) =>
    retry(fn, {
      ms: START_MS,
      wait: (attempt) => backoff(attempt, { base: 100, max: 1_000 }),
      mayHelp: isTransient,
      onFailure: (error, attempt) => {
        if (attempt === 1) log.warn({ err: error, part }, 'a part could not start yet');
      },
    });

  async function start(): Promise<{ port: number; opsPort: number }> {
    state = 'starting';
    mountEndpoints(service, endpoints);
    await tracing?.load();
    const opsPort = await listen(opsServer, config.OPS_PORT, config.HOST);
    for (const starter of starters) await runStarter(starter);
    const port = await listen(server, config.PORT, config.HOST);
    for (const worker of workers) await worker.start();
    state = 'ready';
    readyGauge.set({}, 1);
    log.info({ port, ops_port: opsPort }, 'ready');
    return { port, opsPort };
  }

  async function stop(): Promise<void> {
    if (state === 'stopping' || state === 'stopped') return;
    state = 'stopping';
    readyGauge.set({}, 0);
    const attempt = async (part: string, fn: () => Promise<unknown>) => {
      try {
        await fn();
      } catch (error) {
        log.warn({ err: error, part }, 'a part did not close cleanly');
      }
    };
    await Promise.all([
      ...workers.map((worker) => attempt(worker.name, worker.stop)),
      // From now on answers carry `Connection: close`, so that clients open connections to other replicas.
      delay(server.listening ? config.DRAIN_SECONDS * 1_000 : 0),
    ]);
    if (server.listening) await drain(server);
    for (const stopper of stoppers.reverse()) await attempt(stopper.name, stopper.fn);
    await tracing?.stop();
    state = 'stopped';
    if (opsServer.listening) await drain(opsServer);
    log.info('stopped');
  }

  const service: Service<M> = {
    name,
    config,
    keys: internalKeys(config, name),
    log,
    metrics,
    tracing,
    app,
    server,
    mount: (more) => void endpoints.push(...more),
    early: (handler) => void early.push(handler),
    inFront: (handler) => {
      listener = handler;
    },
    onStart: (part, fn) => void starters.push({ name: part, fn }),
    onStop: (part, fn) => void stoppers.push({ name: part, fn }),
    worker: (worker) => void workers.push(worker),
    readiness: (part, check) => void checks.set(part, check),
    start,
    stop,
  };
  return service;
}
