import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

export interface BucketAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The smallest part that S3 accepts. An upload holds two parts in memory, whatever the size of the file. */
const PART_BYTES = 5 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const ATTEMPTS = 5;
const CONNECT_MS = 10_000;
/** The limit of a connection without a byte in either direction, in ms. */
const SILENCE_MS = 60_000;

/** A bucket of an S3-compatible store. Requests are retried when the store does not answer or throttles. */
export function openBucket({ bucket, endpoint, region, ...credentials }: BucketAddress) {
  const client = new S3Client({
    endpoint,
    region,
    credentials,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // What every S3-compatible store supports: the bucket in the path, and no additional checksums.
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  /** Runs one operation; its error names the bucket. */
  async function named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
      throw new Error(`bucket ${bucket} at ${endpoint}: ${name}: ${message}`, { cause });
    }
  }

  /** Uploads a file in parts. */
  async function put(key: string, file: string): Promise<void> {
    const params = { Bucket: bucket, Key: key, Body: createReadStream(file) };
    const upload = new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE });
    await named(() => upload.done());
  }

  /** The content of an object as a stream. */
  async function get(key: string): Promise<Readable> {
    const { Body } = await named(() => client.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
    return Body as Readable;
  }

  /** Every key below a prefix, page by page. */
  async function list(prefix: string): Promise<string[]> {
    return named(async () => {
      const keys: string[] = [];
      for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
        for (const { Key } of Contents ?? []) if (Key !== undefined) keys.push(Key);
      return keys;
    });
  }

  return { put, get, list };
}
