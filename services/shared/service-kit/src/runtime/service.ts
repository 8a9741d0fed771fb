import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Express, RequestHandler } from 'express';
import type { Operation } from '@bramble/contracts/operation';
import type { BaseConfig } from '../base/config';
import type { InternalKeys } from '../base/internal-keys';
import type { Logger } from '../observe/logger';
import type { Metrics } from '../observe/metrics';
import type { KitMetrics } from '../observe/metrics-catalogue';
import type { Catalogue, NoMetrics } from '../observe/metrics-catalogue/definition';
import type { Tracing } from '../observe/tracing/tracing';

export interface Worker {
  name: string;
  start: () => void | Promise<void>;
  /** Stops accepting work and resolves when the work in hand is done. */
  stop: () => Promise<void>;
}

/** Answers a request before the framework; true when it did. */
export type EarlyHandler = (req: IncomingMessage, res: ServerResponse) => boolean;

/** A mountable endpoint: a method, its paths with `:name` parameters (aliases included), and a handler. */
export interface Mountable {
  method: Operation['method'];
  paths: readonly string[];
  handler: (service: Service) => RequestHandler;
}

/** A service that is built and listens after `start()`. `M` is its own metrics, in addition to the kit's. */
export interface Service<M extends Catalogue = NoMetrics> {
  readonly name: string;
  readonly config: BaseConfig;
  readonly keys: InternalKeys;
  readonly log: Logger;
  readonly metrics: Metrics<KitMetrics & M>;
  /** Undefined when tracing is off. */
  readonly tracing: Tracing | undefined;
  readonly app: Express;
  /** The public server, for upgrade handlers and timeouts. */
  readonly server: Server;
  mount(endpoints: readonly Mountable[]): void;
  /** A handler in front of the framework, for cached answers. */
  early(handler: EarlyHandler): void;
  /** A listener that receives every request instead of the framework; it passes requests on to `app`. */
  inFront(listener: RequestListener): void;
  /** Called before listening, in the order of registration. */
  onStart(name: string, fn: () => Promise<unknown>): void;
  /** Called at the end, in reverse order of registration. */
  onStop(name: string, fn: () => Promise<unknown>): void;
  worker(worker: Worker): void;
  /** A readiness check, for /readyz and /internal/ready; it throws while the service cannot work. */
  readiness(name: string, check: () => Promise<unknown>): void;
  start(): Promise<{ port: number; opsPort: number }>;
  stop(): Promise<void>;
}
