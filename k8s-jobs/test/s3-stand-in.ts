import { createHash } from 'node:crypto';
import { appendFileSync, createReadStream, createWriteStream, statSync, truncateSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const PAGE = 1_000;
const SMALLEST_PART = 5 * 1024 * 1024;

/** As much of S3 as archives need, on a folder: objects in one piece and in parts, downloads, and lists in pages. */
export interface S3StandIn {
  readonly url: string;
  /** Of the one bucket: size by key. */
  readonly objects: Map<string, number>;
  /** Requests that were answered 503, "slow down". */
  refused(): number;
  /** The most bytes that one request carried. */
  largestBody(): number;
  /** Ends downloads after so many bytes, as a broken connection does. */
  cutDownloadsAfter(bytes: number | undefined): void;
  close(): Promise<void>;
}

/** Starts it with one bucket. Every tenth request is refused for the moment. */
export async function startS3(folder: string, bucket: string): Promise<S3StandIn> {
  const objects = new Map<string, number>();
  const uploads = new Map<string, Map<number, number>>();
  let requests = 0;
  let refused = 0;
  let largestBody = 0;
  let cutAfter: number | undefined;
  const fileOf = (key: string): string => path.join(folder, encodeURIComponent(key));
  const partOf = (upload: string, part: number): string => path.join(folder, `${upload}.part${part}`);

  async function receive(req: IncomingMessage, file: string): Promise<number> {
    await pipeline(req, createWriteStream(file));
    const { size } = statSync(file);
    largestBody = Math.max(largestBody, size);
    return size;
  }

  function list(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE);
    const more = keys.length > PAGE;
    const contents = page.map(
      (key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)}</Size></Contents>`,
    );
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  }

  async function complete(upload: string, key: string, req: IncomingMessage): Promise<string> {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    const numbers = [...body.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) =>
      Number(number),
    );
    const parts = uploads.get(upload) ?? new Map<number, number>();
    const tooSmall = numbers.slice(0, -1).some((number) => (parts.get(number) ?? 0) < SMALLEST_PART);
    if (numbers.length !== parts.size || tooSmall) throw new Error('InvalidPart');
    const file = fileOf(key);
    appendFileSync(file, '');
    truncateSync(file);
    for (const number of numbers)
      await pipeline(createReadStream(partOf(upload, number)), createWriteStream(file, { flags: 'a' }));
    objects.set(key, statSync(file).size);
    uploads.delete(upload);
    return `<CompleteMultipartUploadResult><Key>${key}</Key><ETag>"${upload}"</ETag></CompleteMultipartUploadResult>`;
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://s3');
    const [, name, ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const upload = url.searchParams.get('uploadId') ?? '';
    const send = (status: number, xml = '', headers: Record<string, string> = {}): void => {
      res.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(xml);
    };
    requests += 1;
    if (requests % 10 === 0) {
      refused += 1;
      req.resume();
      send(503, '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
    } else if (name !== bucket) {
      req.resume();
      send(404, '<Error><Code>NoSuchBucket</Code><Message>The bucket does not exist</Message></Error>');
    } else if (req.method === 'GET' && key === '') {
      send(200, list(url.searchParams));
    } else if (req.method === 'GET' && objects.has(key)) {
      res.writeHead(200, { 'content-length': objects.get(key) });
      if (cutAfter === undefined) return pipeline(createReadStream(fileOf(key)), res);
      await pipeline(createReadStream(fileOf(key), { end: cutAfter - 1 }), res, { end: false });
      res.destroy();
    } else if (req.method === 'POST' && url.searchParams.has('uploads')) {
      const id = createHash('sha256').update(`${key}${requests}`).digest('hex');
      uploads.set(id, new Map());
      send(200, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    } else if (req.method === 'POST') {
      send(200, await complete(upload, key, req));
    } else if (req.method === 'PUT' && upload !== '') {
      const part = Number(url.searchParams.get('partNumber'));
      uploads.get(upload)?.set(part, await receive(req, partOf(upload, part)));
      send(200, '', { etag: `"${upload}-${part}"` });
    } else if (req.method === 'PUT') {
      objects.set(key, await receive(req, fileOf(key)));
      send(200, '', { etag: '"whole"' });
    } else {
      send(404, '<Error><Code>NoSuchKey</Code><Message>The key does not exist</Message></Error>');
    }
  }

  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else res.writeHead(500).end(`<Error><Code>${String(error)}</Code></Error>`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    refused: () => refused,
    largestBody: () => largestBody,
    cutDownloadsAfter: (bytes) => (cutAfter = bytes),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
