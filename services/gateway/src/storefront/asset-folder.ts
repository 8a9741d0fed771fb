import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

export interface Asset {
  type: string;
  etag: string;
  cacheControl: string;
  /** The encoded bytes by content coding. */
  bytes: { identity: Buffer; br?: Buffer; gzip?: Buffer };
}
export type AssetFolder = ReadonlyMap<string, Asset>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

/** The bundler puts a hash into the names of files in `assets/`, so these files never change. */
const cacheFor = (name: string): string =>
  name.startsWith('/assets/')
    ? 'public, max-age=31536000, immutable'
    : name.endsWith('.html')
      ? 'no-cache'
      : 'public, max-age=3600';

const optional = (file: string) => readFile(file).catch(() => undefined);

/**
 * Reads a built storefront into memory (a few MB); keys are paths such as `/index.html`. Throws when it has no
 * index.html.
 */
export async function readAssetFolder(dir: string): Promise<AssetFolder> {
  const assets = new Map<string, Asset>();
  for (const entry of await readdir(dir, { recursive: true })) {
    const extension = path.extname(entry);
    if (extension === '.br' || extension === '.gz' || extension === '.map') continue;
    const file = path.join(dir, entry);
    if (!(await stat(file)).isFile()) continue;
    const name = `/${entry.split(path.sep).join('/')}`;
    const identity = await readFile(file);
    const [br, gzip] = await Promise.all([optional(`${file}.br`), optional(`${file}.gz`)]);
    assets.set(name, {
      type: types[extension] ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
      cacheControl: cacheFor(name),
      bytes: { identity, ...(br ? { br } : {}), ...(gzip ? { gzip } : {}) },
    });
  }
  if (!assets.has('/index.html')) throw new Error(`${dir} holds no built storefront`);
  return assets;
}
