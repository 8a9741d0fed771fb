import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands in for catalog: it writes down what it was sent, and answers with what it is told to. */
export interface Recorder {
  url: string;
  server: Server;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  answer: { status: number; headers: Record<string, string>; body: string };
}

export async function openRecorder(): Promise<Recorder> {
  const requests: Recorder['requests'] = [];
  const recorder = {
    requests,
    answer: { status: 200, headers: {}, body: '{"items":[]}' },
  } as unknown as Recorder;
  recorder.server = createServer((req, res) => {
    if (req.url === '/internal/ready') return void res.writeHead(204).end();
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const { status, headers: answered, body } = recorder.answer;
      res.writeHead(status, { 'content-type': 'application/json', ...answered }).end(body);
    });
  });
  await new Promise<void>((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
  recorder.url = `http://127.0.0.1:${(recorder.server.address() as AddressInfo).port}`;
  return recorder;
}
