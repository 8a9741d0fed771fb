import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to Redis whose connections can be made silent: open, but nothing comes through any more. */
export async function silentProxy(redisUrl: string) {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  const readers = new Map<Socket, Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (chunk: Buffer) => {
      if (/xreadgroup/i.test(chunk.toString('latin1'))) readers.set(near, far);
    });
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(redisUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    /** Silences the connections that read streams now; later ones work. Returns how many. */
    silenceReaders: (): number => {
      const silenced = [...readers].filter(([near]) => !near.destroyed);
      for (const [near, far] of silenced) {
        near.unpipe(far);
        far.unpipe(near);
        near.resume();
        far.resume();
      }
      readers.clear();
      return silenced.length;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
