import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { READY_PATH } from '@bramble/service-kit/http/edge';
import { openShop, type Shop } from './shop';

/** A stand-in for a service: it records each request, and answers as the test sets. */
export interface Recorder {
  url: string;
  server: Server;
  /** Goes away, with every connection. */
  leave(): Promise<void>;
  /** Comes back at the same address. */
  comeBack(): Promise<void>;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  answer: { status: number; headers: Record<string, string>; body: string };
}

const EMPTY: Recorder['answer'] = { status: 200, headers: {}, body: '{"items":[]}' };

export async function openRecorder(): Promise<Recorder> {
  const requests: Recorder['requests'] = [];
  const recorder = {
    requests,
    answer: EMPTY,
  } as unknown as Recorder;
  recorder.server = createServer((req, res) => {
    if (req.url === READY_PATH) return void res.writeHead(204).end();
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const { status, headers: answered, body } = recorder.answer;
      res.writeHead(status, { 'content-type': 'application/json', ...answered }).end(body);
    });
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => recorder.server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = recorder.server.address() as AddressInfo;
  recorder.url = `http://127.0.0.1:${port}`;
  recorder.leave = () =>
    new Promise((resolve) => {
      recorder.server.close(() => resolve());
      recorder.server.closeAllConnections();
    });
  recorder.comeBack = () => listen(port);
  return recorder;
}

/** Forgets what was sent, and answers an empty list from now on. */
export function clean(recorder: Recorder): void {
  recorder.requests.length = 0;
  recorder.answer = EMPTY;
}

/** A shop whose catalogue is a recorder. */
export async function openRecordedShop(
  env: Record<string, string> = {},
): Promise<{ shop: Shop; catalog: Recorder; close: () => Promise<void> }> {
  const catalog = await openRecorder();
  const shop = await openShop({ CATALOG_URL: catalog.url, ...env });
  const close = async () => {
    await shop.close();
    catalog.server.close();
  };
  return { shop, catalog, close };
}
