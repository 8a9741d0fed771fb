import { createHash, createHmac } from 'node:crypto';

export interface Bucket {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Request {
  readonly method: 'GET' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadHash: string;
  readonly at: Date;
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** AWS Signature Version 4: the headers of a request together with its `authorization`. */
export function signed(
  { region, accessKeyId, secretAccessKey }: Pick<Bucket, 'region' | 'accessKeyId' | 'secretAccessKey'>,
  { method, url, headers, payloadHash, at }: Request,
): Record<string, string> {
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': time,
  };
  const names = Object.keys(all).sort();
  const query = [...url.searchParams]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${all[name] ?? ''}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretAccessKey}`, day), region));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString(
    'hex',
  );
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`,
  };
}

/** As much of an S3-compatible store as archives need; objects are addressed by path, which every such store accepts. */
export function openBucket(bucket: Bucket) {
  const address = (key: string): URL => {
    const url = new URL(bucket.endpoint);
    url.pathname = `/${[bucket.bucket, ...key.split('/')].filter(Boolean).map(encode).join('/')}`;
    return url;
  };
  async function send(method: 'GET' | 'PUT', url: URL, body?: Uint8Array): Promise<Response> {
    const { host: _, ...headers } = signed(bucket, {
      method,
      url,
      headers: {},
      payloadHash: sha256(body ?? ''),
      at: new Date(),
    });
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(600_000),
    });
    if (!response.ok) {
      const reason = (await response.text()).slice(0, 300);
      throw new Error(`${method} ${url.pathname}: ${response.status} ${reason}`);
    }
    return response;
  }
  return {
    async put(key: string, data: Uint8Array): Promise<void> {
      await send('PUT', address(key), data);
    },
    async get(key: string): Promise<Response> {
      return send('GET', address(key));
    },
    /** The keys below a prefix; the first thousand, which is years of nightly archives. */
    async list(prefix: string): Promise<string[]> {
      const url = address('');
      url.searchParams.set('list-type', '2');
      url.searchParams.set('prefix', prefix);
      const text = await (await send('GET', url)).text();
      return [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1] ?? '');
    },
  };
}
