import { createReadStream } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { optionalText, text } from '@bramble/service-kit/base/config';
import type { JobConfig } from '../shared/job';
import { openBucket, type Bucket } from './s3';

/** Where archives are: a folder, and a bucket off the board when one is named. */
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

export const ARCHIVE = /^bramble-\d{8}T\d{6}Z\.bak$/;
/** Sorts by time. */
export const archiveName = (at: Date): string =>
  `bramble-${at.toISOString().replace(/[-:]|\.\d{3}/g, '')}.bak`;

function bucketOf(config: PlaceConfig): (Bucket & { prefix: string }) | undefined {
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

export function openPlace(config: PlaceConfig) {
  const folder = config.BACKUP_DIR;
  const remote = bucketOf(config);
  const bucket = remote && openBucket(remote);
  const keyOf = (name: string) => [remote?.prefix, name].filter(Boolean).join('/');
  const local = async () => (await readdir(folder)).filter((name) => ARCHIVE.test(name)).sort();
  return {
    isRemote: bucket !== undefined,
    file: (name: string) => path.join(folder, name),

    /** Every archive, here and off the board, oldest first. */
    names: async (): Promise<string[]> => [...new Set([...(await local()), ...(await remoteNames())])].sort(),

    /** Copies an archive of the folder off the board. */
    async send(name: string): Promise<void> {
      await bucket?.put(keyOf(name), await readFile(path.join(folder, name)));
    },

    /** Keeps the newest archives of the folder; answers how many went. */
    async prune(keep: number): Promise<number> {
      const old = (await local()).slice(0, -keep);
      for (const name of old) await rm(path.join(folder, name));
      return old.length;
    },

    /** The bytes of an archive by name, or of the newest; fetched from the bucket when the folder has it not. */
    async open(wanted: string): Promise<{ name: string; bytes: AsyncIterable<Buffer> }> {
      const here = await local();
      const there = here.includes(wanted) ? [] : await remoteNames();
      const name = wanted === 'latest' ? [...here, ...there].sort().at(-1) : wanted;
      if (name === undefined) throw new Error('there is no archive yet');
      if (!ARCHIVE.test(name)) throw new Error(`${name} is not the name of an archive`);
      if (!here.includes(name)) {
        if (!there.includes(name) || bucket === undefined) throw new Error(`there is no archive ${name}`);
        await writeFile(
          path.join(folder, name),
          Buffer.from(await (await bucket.get(keyOf(name))).arrayBuffer()),
        );
      }
      return { name, bytes: createReadStream(path.join(folder, name)) };
    },
  };

  async function remoteNames(): Promise<string[]> {
    if (bucket === undefined) return [];
    return (await bucket.list(keyOf('bramble-')))
      .map((key) => path.posix.basename(key))
      .filter((name) => ARCHIVE.test(name));
  }
}
