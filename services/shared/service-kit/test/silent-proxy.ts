import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Forwards nothing any more, and keeps both sides open. */
function silence(near: Socket, far: Socket): void {
  near.unpipe(far);
  far.unpipe(near);
  near.resume();
  far.resume();
}

/** A proxy of a store whose connections can be silenced: they stay open, and nothing is forwarded. */
export async function silentProxy(storeUrl: string) {
  const target = new URL(storeUrl);
  const sockets = new Set<Socket>();
  const pairs = new Map<Socket, Socket>();
  const readers = new Map<Socket, Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    pairs.set(near, far);
    near.on('close', () => {
      pairs.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    near.on('data', (chunk: Buffer) => {
      if (/xreadgroup/i.test(chunk.toString('latin1'))) readers.set(near, far);
    });
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(storeUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    /** Silences every connection that is open now; later ones work. */
    silenceAll: (): void => {
      for (const [near, far] of pairs) silence(near, far);
      pairs.clear();
    },
    /** Silences the connections that read streams now; later ones work. Returns how many. */
    silenceReaders: (): number => {
      const silenced = [...readers].filter(([near]) => !near.destroyed);
      for (const [near, far] of silenced) silence(near, far);
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
