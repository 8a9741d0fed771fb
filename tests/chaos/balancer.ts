import { connect, createServer, type Server, type Socket } from 'node:net';

/** One replica behind a balancer. */
export interface Backend {
  port: number;
  opsPort: number;
  /** Whether its last readiness probe succeeded. */
  ready: boolean;
  /** How many probes in a row failed. */
  failures: number;
}

const PROBE_EVERY_MS = 500;
const PROBE_LIMIT_MS = 1_000;
/** After this many failed probes a replica gets no new connection, as in the cluster. */
const MAX_FAILURES = 3;

const isReady = ({ opsPort }: Backend): Promise<boolean> =>
  fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Connects to the first of `backends` that accepts. */
function pass(client: Socket, [backend, ...others]: readonly Backend[]): void {
  if (!backend) {
    client.destroy();
    return;
  }
  const upstream = connect(backend.port, '127.0.0.1');
  let connected = false;
  upstream.once('connect', () => {
    connected = true;
    client.pipe(upstream).pipe(client);
  });
  client.once('close', () => upstream.destroy());
  upstream.on('error', () => {
    if (!connected) pass(client, others);
  });
  upstream.once('close', () => {
    if (connected) client.destroy();
  });
}

export interface Balancer {
  /** Whether the last probe of every replica succeeded. */
  allReady(): boolean;
  /** Ends every connection and refuses new ones. The answer accepts them again, and answers how many it refused. */
  cut(): () => number;
  stop(): void;
}

/** Spreads the connections to `port` over the replicas that are ready. */
export async function startBalancer(port: number, backends: readonly Backend[]): Promise<Balancer> {
  let next = 0;
  let closed = false;
  let refused = 0;
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    client.on('error', () => undefined);
    if (closed) {
      refused += 1;
      client.destroy();
      return;
    }
    open.add(client);
    client.on('close', () => open.delete(client));
    const ready = backends.filter(({ failures }) => failures < MAX_FAILURES);
    const candidates = ready.length > 0 ? ready : backends;
    const first = next++ % candidates.length;
    pass(client, [...candidates.slice(first), ...candidates.slice(0, first)]);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const probe = async (backend: Backend): Promise<void> => {
    backend.ready = await isReady(backend);
    backend.failures = backend.ready ? 0 : backend.failures + 1;
  };
  const timers = backends.map((backend) => {
    let probing = false;
    return setInterval(() => {
      if (probing) return;
      probing = true;
      void probe(backend).finally(() => (probing = false));
    }, PROBE_EVERY_MS);
  });
  return {
    allReady: () => backends.every(({ ready }) => ready),
    cut() {
      closed = true;
      refused = open.size;
      for (const client of open) client.destroy();
      return () => {
        closed = false;
        return refused;
      };
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
      server.close();
      for (const client of open) client.destroy();
    },
  };
}
