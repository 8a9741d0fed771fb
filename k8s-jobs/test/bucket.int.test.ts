import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Collection, MongoClient } from 'mongodb';
import { linkMigrations } from '@bramble/test-kit/link-migrations';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { type S3StandIn, startS3 } from './s3-stand-in';

const BUNDLES = path.join(process.cwd(), 'dist', 'k8s-jobs');
const MIB = 1024 * 1024;
/** Of all pictures together: a Job that held the archive once would pass MOST_MEMORY. */
const PICTURES_BYTES = Number(process.env['ARCHIVE_MIB'] ?? 160) * MIB;
const PICTURE_BYTES = 300 * 1024;
/** The chart gives the Job 256 MiB. It uses less than 200, whether the archive is small or large. */
const MOST_MEMORY = 224 * MIB;
const OLDER_ARCHIVES = 1_200;

let stores: TestStores;
let mongo: MongoClient;
let pictures: Collection;
let s3: S3StandIn;
let dir: string;
let archives: string;
let env: Record<string, string>;

beforeAll(async () => {
  const built = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build-jobs.ts'], {
    encoding: 'utf8',
  });
  expect(built.stderr).toBe('');
  stores = await testStores('orders');
  mongo = await new MongoClient(stores.mongodbUrl).connect();
  pictures = mongo.db().collection('pictures');
  dir = mkdtempSync(path.join(tmpdir(), 'bucket-'));
  archives = path.join(dir, 'archives');
  for (const folder of ['archives', 'secrets', 's3']) mkdirSync(path.join(dir, folder));
  s3 = await startS3(path.join(dir, 's3'), 'shop-backups');
  env = {
    PATH: process.env['PATH'] ?? '',
    BACKUP_DIR: archives,
    BACKUP_PASSPHRASE: 'a passphrase for this test',
    POSTGRES_DATABASES: 'orders',
    ORDERS_DATABASE_URL: stores.postgresUrl,
    MONGODB_DATABASES: 'catalog',
    CATALOG_MONGODB_URL: stores.mongodbUrl,
    SECRETS_DIR: path.join(dir, 'secrets'),
    RELEASE: 'shop',
    NAMESPACE: 'market',
    MIGRATIONS_DIR: linkMigrations(path.join(dir, 'migrations')),
    RESTORE_FROM: 'latest',
    REDIS_EVENTS_URL: stores.redisUrl,
    CONNECT_SECONDS: '0',
    S3_BUCKET: 'shop-backups',
    S3_ENDPOINT: s3.url,
    S3_PREFIX: 'bramble',
    S3_ACCESS_KEY_ID: 'an id',
    S3_SECRET_ACCESS_KEY: 'a key',
  };
});
afterAll(async () => {
  await s3.close();
  await mongo.close();
  await stores.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Ended {
  code: number;
  /** The line that tells how the Job ended. */
  summary: Record<string, unknown>;
  /** The most bytes that it had in memory. */
  memory: number;
}

/** Runs a Job from its bundle, as its image does, with little room for objects. */
async function runJob(name: string, more: Record<string, string> = {}): Promise<Ended> {
  // On Linux maxRSS begins with the memory of jest, which forked the Job; VmHWM is of the Job alone.
  const tell = `import { readFileSync } from 'node:fs';
    const most = () => process.platform === 'linux'
      ? /^VmHWM:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
      : process.resourceUsage().maxRSS;
    process.on('exit', () => console.log('most memory: ' + most()))`;
  const args = ['--max-old-space-size=64', '--import', `data:text/javascript,${encodeURIComponent(tell)}`];
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [...args, path.join(BUNDLES, `${name}.mjs`)],
      { env: { ...env, ...more }, maxBuffer: 16 * MIB },
      (_, out) => resolve({ code: child.exitCode ?? 1, stdout: out }),
    );
  });
  const lines = stdout.trim().split('\n');
  const memory = Number(/^most memory: (\d+)$/m.exec(stdout)?.[1]) * 1024;
  const summary = lines.filter((line) => line.startsWith('{')).at(-1) ?? '{}';
  return { code, summary: JSON.parse(summary) as Record<string, unknown>, memory };
}

/** Says whether two collections hold the same, in the order of their ids. */
async function digest(): Promise<string> {
  const hash = createHash('sha256');
  for await (const document of pictures.find({}, { sort: { _id: 1 }, raw: true }))
    hash.update(document as never);
  return hash.digest('hex');
}

it('starts every Job from its bundle', async () => {
  const jobs = readdirSync(path.join(process.cwd(), 'k8s-jobs', 'src')).filter((file) =>
    file.endsWith('.ts'),
  );
  for (const job of jobs.map((file) => path.basename(file, '.ts'))) {
    const { stdout } = spawnSync(process.execPath, [path.join(BUNDLES, `${job}.mjs`)], {
      encoding: 'utf8',
      env: {},
    });
    expect(stdout).toMatch(new RegExp(`"msg":"${job} (?:is done|failed: the configuration has \\d+ fault)`));
  }
});

it('carries an archive larger than its memory to a bucket and back, and finds the newest of many', async () => {
  for (let at = 0; at < PICTURES_BYTES; at += 16 * PICTURE_BYTES)
    await pictures.insertMany(Array.from({ length: 16 }, () => ({ webp: randomBytes(PICTURE_BYTES) })));
  const before = await digest();
  for (let day = 0; day < OLDER_ARCHIVES; day += 1) {
    const time = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().replace(/[-:]|\.\d{3}/g, '');
    s3.objects.set(`bramble/bramble-${time}.bak`, 0);
  }

  const saved = await runJob('backup');
  expect(saved).toMatchObject({ code: 0, summary: { msg: 'backup is done', off_board: true } });
  expect(saved.summary['bytes']).toBeGreaterThan(PICTURES_BYTES);
  expect(s3.objects.get(`bramble/${String(saved.summary['archive'])}`)).toBe(saved.summary['bytes']);
  expect(s3.largestBody()).toBeLessThanOrEqual(5 * MIB);

  // The board is lost: an empty volume, and what the databases held is gone.
  for (const file of readdirSync(archives)) rmSync(path.join(archives, file));
  await pictures.deleteMany({});
  const found = await runJob('check-backup');
  expect(found).toMatchObject({ code: 0, summary: { archives: OLDER_ARCHIVES + 1 } });
  const restored = await runJob('restore');
  expect(restored).toMatchObject({ code: 0, summary: { archive: saved.summary['archive'] } });
  expect(await digest()).toBe(before);

  process.stdout.write(
    `an archive of ${Math.round(Number(saved.summary['bytes']) / MIB)} MiB: backup used ${Math.round(saved.memory / MIB)} MiB, ` +
      `restore ${Math.round(restored.memory / MIB)} MiB\n`,
  );
  expect(s3.refused()).toBeGreaterThan(0);
  expect(saved.memory).toBeLessThan(MOST_MEMORY);
  expect(restored.memory).toBeLessThan(MOST_MEMORY);
}, 600_000);

it('keeps nothing of an archive whose download broke off, and changes no database', async () => {
  for (const file of readdirSync(archives)) rmSync(path.join(archives, file));
  const before = await digest();
  s3.cutDownloadsAfter(10 * MIB);
  const { code, summary } = await runJob('restore');
  s3.cutDownloadsAfter(undefined);
  expect(code).toBe(1);
  expect(summary['msg']).toContain('restore failed');
  expect(readdirSync(archives).filter((file) => !file.endsWith('.part'))).toEqual([]);
  expect(await digest()).toBe(before);
}, 60_000);

it('names the bucket that refuses', async () => {
  const { code, summary } = await runJob('check-backup', { S3_BUCKET: 'another' });
  expect(code).toBe(1);
  expect(summary['msg']).toContain(`bucket another at ${s3.url}: NoSuchBucket: The bucket does not exist`);
});
