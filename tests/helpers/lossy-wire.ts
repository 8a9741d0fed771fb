import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address that passes everything on to a shop, and loses the answer to the first order: the shop has made it. */
export async function openLossyWire(shopUrl: string): Promise<{ url: string; close: () => void }> {
  let lost = false;
  const server: Server = createServer((incoming, outgoing) => {
    const loses = !lost && incoming.method === 'POST' && incoming.url === '/api/orders';
    lost ||= loses;
    const onward = request(
      new URL(incoming.url ?? '/', shopUrl),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        if (loses) {
          answer.resume().once('end', () => outgoing.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
