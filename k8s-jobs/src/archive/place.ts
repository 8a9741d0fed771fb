import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { optionalText, text } from '@bramble/service-kit/base/config';
import type { JobConfig } from '../shared/job';
import type { BucketAddress } from './bucket';

/** The places of archives: a folder and, if one is configured, a bucket. */
export const placeShape = () => ({
  BACKUP_DIR: text(),
  BACKUP_PASSPHRASE: text(),
  S3_ENDPOINT: optionalText(),
  S3_REGION: optionalText(),
  S3_BUCKET: optionalText(),
  S3_PREFIX: optionalText(),
  S3_ACCESS_KEY_ID: optionalText(),
  S3_SECRET_ACCESS_KEY: optionalText(),
});
type PlaceConfig = JobConfig<ReturnType<typeof placeShape>>;

/** Archives of releases before age end in .bak. */
const ARCHIVE = /^bramble-\d{8}T\d{6}Z\.(?:age|bak)$/;
/** A name that sorts by time. */
export const archiveName = (at: Date): string =>
  `bramble-${at.toISOString().replace(/[-:]|\.\d{3}/g, '')}.age`;

function bucketOf(config: PlaceConfig): (BucketAddress & { prefix: string }) | undefined {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId } = config;
  const {
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    S3_REGION: region = 'us-east-1',
    S3_PREFIX: prefix = '',
  } = config;
  if (bucket === undefined) return undefined;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error('S3_BUCKET needs S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY');
  }
  return { bucket, endpoint, accessKeyId, secretAccessKey, region, prefix };
}

/** Opens the folder BACKUP_DIR and, if one is configured, the bucket. */
export async function openPlace(config: PlaceConfig) {
  const folder = config.BACKUP_DIR;
  const remote = bucketOf(config);
  // Amazon's client takes 20 MB of memory, so it is loaded only for a bucket.
  const bucket = remote && (await import('./bucket')).openBucket(remote);
  const keyOf = (name: string) => [remote?.prefix, name].filter(Boolean).join('/');
  const file = (name: string) => path.join(folder, name);

  async function local(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => ARCHIVE.test(name)).sort();
  }

  async function remoteNames(): Promise<string[]> {
    const keys = (await bucket?.list(keyOf('bramble-'))) ?? [];
    return keys.map((key) => path.posix.basename(key)).filter((name) => ARCHIVE.test(name));
  }

  /** All archives of the folder and the bucket, oldest first. */
  async function names(): Promise<string[]> {
    return [...new Set([...(await local()), ...(await remoteNames())])].sort();
  }

  /** Copies an archive from the folder to the bucket. */
  async function send(name: string): Promise<void> {
    await bucket?.put(keyOf(name), file(name));
  }

  /** Deletes all but the newest archives of the folder; answers how many were deleted. */
  async function prune(keep: number): Promise<number> {
    const old = (await local()).slice(0, -keep);
    for (const name of old) await rm(file(name));
    return old.length;
  }

  /** The content of an archive by name, or of the newest; read from the bucket when the folder does not have it. */
  async function open(requested: string): Promise<{ name: string; bytes: AsyncIterable<Buffer> }> {
    const localNames = await local();
    const inBucket = localNames.includes(requested) ? [] : await remoteNames();
    const name = requested === 'latest' ? [...localNames, ...inBucket].sort().at(-1) : requested;
    if (name === undefined) throw new Error('there is no archive yet');
    if (!ARCHIVE.test(name)) throw new Error(`${name} is not the name of an archive`);
    if (!localNames.includes(name)) {
      if (!inBucket.includes(name) || bucket === undefined) throw new Error(`there is no archive ${name}`);
      const part = file(`${name}.part`);
      await pipeline(await bucket.get(keyOf(name)), createWriteStream(part, { mode: 0o600 }));
      await rename(part, file(name));
    }
    return { name, bytes: createReadStream(file(name)) };
  }

  return { isRemote: bucket !== undefined, file, names, send, prune, open };
}
