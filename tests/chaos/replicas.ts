import path from 'node:path';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { ServiceEnvironment } from '../../scripts/start/environment';
import { freePort } from '../../scripts/stores/ports';
import { supervise, type Supervised } from '../../scripts/stores/supervise';
import { root } from '../../scripts/workspace';
import { type Backend, type Balancer, startBalancer } from './balancer';
import type { Links } from './links';

const REPLICAS = 2;

/** One process of a service. */
export interface Replica {
  readonly service: string;
  readonly name: string;
  readonly opsPort: number;
  pid(): number | undefined;
  /** SIGKILL; it is started again. Waits for the end of the process. */
  kill(): Promise<void>;
  /** SIGSTOP; the answer resumes the process. */
  pause(): () => void;
  /** Starts it again with other variables in its environment, or with its own when none are given. */
  restartWith(extra: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it in order; it stays ended until `start`. */
  stop(): Promise<void>;
  start(): void;
}

export interface Replicas {
  readonly all: readonly Replica[];
  /** Whether every replica is ready. */
  allReady(): boolean;
  /** Makes a service unreachable for the others. The answer ends this, and answers how many connections were refused. */
  cut(service: string): () => number;
  stop(): Promise<void>;
}

export interface ReplicasOptions {
  environments: readonly ServiceEnvironment[];
  links: Links;
  dataDir: string;
  /** The clone whose bundles every second replica runs. */
  beside?: string | undefined;
  log: (line: string) => void;
}

function replicaOf(
  service: string,
  opsPort: number,
  launch: () => Supervised,
  setExtra: (extra: object) => void,
): Replica {
  let supervised = launch();
  const running = async (): Promise<number> => {
    await waitFor(() => supervised.pid() !== undefined, {
      what: `${supervised.name} to run`,
      timeout: 15_000,
    });
    const pid = supervised.pid();
    if (pid === undefined) throw new Error(`${supervised.name} does not run`);
    return pid;
  };
  const kill = async (): Promise<void> => {
    const pid = await running();
    process.kill(pid, 'SIGKILL');
    await waitFor(() => supervised.pid() !== pid, { what: `the end of ${supervised.name}`, timeout: 5_000 });
  };
  return {
    service,
    name: supervised.name,
    opsPort,
    pid: () => supervised.pid(),
    kill,
    pause() {
      const pid = supervised.pid();
      if (pid === undefined) throw new Error(`${supervised.name} does not run`);
      process.kill(pid, 'SIGSTOP');
      return () => {
        // Another fault may have killed the process in the meantime.
        if (supervised.pid() === pid) process.kill(pid, 'SIGCONT');
      };
    },
    async restartWith(extra) {
      setExtra(extra);
      await kill();
      await running();
    },
    stop: () => supervised.stop(),
    start: () => void (supervised = launch()),
  };
}

/** Starts each service several times, with a balancer at the address that the other services call. */
export async function startReplicas({
  environments,
  links,
  dataDir,
  beside = root,
  log,
}: ReplicasOptions): Promise<Replicas> {
  const balancers = new Map<string, Balancer>();
  const all: Replica[] = [];
  for (const { name: service, port: front, env } of environments) {
    const backends: Backend[] = [];
    for (let n = 1; n <= REPLICAS; n++) {
      const name = `${service}-${n}`;
      const backend = { port: await freePort(), opsPort: await freePort(), ready: false, failures: 0 };
      backends.push(backend);
      const own: Record<string, string> = {
        ...(await links.own(service, name, env)),
        PORT: String(backend.port),
        OPS_PORT: String(backend.opsPort),
        HOST: '127.0.0.1',
        SERVICE_INSTANCE: name,
      };
      // Each start of the process reads this object, so that a restart can change its environment.
      const clone = path.resolve(n === REPLICAS ? beside : root);
      const options = { cwd: clone, env: own };
      const launch = () =>
        supervise({
          name,
          command: process.execPath,
          args: ['--enable-source-maps', path.join(clone, 'dist', service, 'main.mjs')],
          options,
          runDir: path.join(dataDir, 'run'),
          logDir: path.join(dataDir, 'logs'),
          stopSignal: 'SIGTERM',
          stopGraceMs: 15_000,
          log,
        });
      all.push(
        replicaOf(service, backend.opsPort, launch, (extra) => {
          options.env = { ...own, ...extra };
        }),
      );
    }
    balancers.set(service, await startBalancer(front, backends));
  }
  return {
    all,
    allReady: () => [...balancers.values()].every((balancer) => balancer.allReady()),
    cut: (service) => balancers.get(service)?.cut() ?? (() => 0),
    async stop() {
      await Promise.all(all.map((each) => each.stop()));
      for (const balancer of balancers.values()) balancer.stop();
    },
  };
}
