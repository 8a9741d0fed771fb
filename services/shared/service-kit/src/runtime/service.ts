import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Express, RequestHandler } from 'express';
import type { Operation } from '@bramble/contracts/operation';
import type { BaseConfig } from '../base/config';
import type { Logger } from '../observe/logger';
import type { Metrics } from '../observe/metrics';
import type { KitMetrics } from '../observe/metrics-catalogue';
import type { Catalogue, NoMetrics } from '../observe/metrics-catalogue/definition';
import type { Tracing } from '../observe/tracing/tracing';

export interface Worker {
  name: string;
  start: () => void | Promise<void>;
  /** Ends intake and resolves when the work in hand is done. */
  stop: () => Promise<void>;
}

/** Answers a request before the framework does: true when it took it. */
export type EarlyHandler = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Something that can be mounted: a method, its paths with `:name` parameters (aliases included), and a handler. */
export interface Mountable {
  method: Operation['method'];
  paths: readonly string[];
  handler: (service: Service) => RequestHandler;
}

/** A service that is built but does not listen until `start()`. `M` is what it measures beside the kit's own metrics. */
export interface Service<M extends Catalogue = NoMetrics> {
  readonly name: string;
  readonly config: BaseConfig;
  readonly log: Logger;
  readonly metrics: Metrics<KitMetrics & M>;
  /** Undefined unless spans are wanted. */
  readonly tracing: Tracing | undefined;
  readonly app: Express;
  /** The public server, for upgrades and timeouts. */
  readonly server: Server;
  mount(endpoints: readonly Mountable[]): void;
  /** A handler in front of the framework, for answers that are kept as bytes. */
  early(handler: EarlyHandler): void;
  /** A listener that gets each request instead of the framework; it calls `app` for what it does not answer itself. */
  inFront(listener: RequestListener): void;
  /** Runs before listening, in order. */
  onStart(name: string, fn: () => Promise<unknown>): void;
  /** Runs at the end, last registered first. */
  onStop(name: string, fn: () => Promise<unknown>): void;
  worker(worker: Worker): void;
  /** Throws while the service cannot do its work; asked by /readyz and /internal/ready. */
  readiness(name: string, check: () => Promise<unknown>): void;
  start(): Promise<{ port: number; opsPort: number }>;
  stop(): Promise<void>;
}
