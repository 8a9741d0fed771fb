import { connect, createServer, type Server, type Socket } from 'node:net';

/** One replica behind a balancer. */
export interface Backend {
  port: number;
  opsPort: number;
  /** Whether it answered its last look that it is ready. */
  ready: boolean;
  /** Looks in a row that it did not answer. */
  missed: number;
}

const LOOK_EVERY_MS = 500;
const LOOK_LIMIT_MS = 1_000;
/** After so many missed looks no new connection goes to a replica, as in the cluster. */
const MISSES = 3;

const isReady = ({ opsPort }: Backend): Promise<boolean> =>
  fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(LOOK_LIMIT_MS) }).then(
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
  /** Whether all replicas were ready at the last look. */
  whole(): boolean;
  /** Ends every connection and refuses new ones; answers what lets them in again and tells how many that were. */
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
    const ready = backends.filter(({ missed }) => missed < MISSES);
    const candidates = ready.length > 0 ? ready : backends;
    const first = next++ % candidates.length;
    pass(client, [...candidates.slice(first), ...candidates.slice(0, first)]);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const look = async (backend: Backend): Promise<void> => {
    backend.ready = await isReady(backend);
    backend.missed = backend.ready ? 0 : backend.missed + 1;
  };
  const timers = backends.map((backend) => {
    let looking = false;
    return setInterval(() => {
      if (looking) return;
      looking = true;
      void look(backend).finally(() => (looking = false));
    }, LOOK_EVERY_MS);
  });
  return {
    whole: () => backends.every(({ ready }) => ready),
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
