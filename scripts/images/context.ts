import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { root, serviceNames } from '../workspace';
import { addNative } from './native';

const JOBS = 'jobs';
export const STOREFRONT = 'storefront';

/** Every image of a release. */
export const imageNames = (): string[] => [...serviceNames(), JOBS, STOREFRONT];

/** Lays out what one image is made of for one architecture, and answers the folder: the context of the build. */
export async function layOut(name: string, architecture: string): Promise<string> {
  const context = path.join(root, 'dist', 'images', architecture, name);
  const app = path.join(context, 'app');
  await rm(context, { recursive: true, force: true });
  await mkdir(app, { recursive: true });
  if (name === STOREFRONT) {
    await cp(path.join(root, 'frontend', 'dist'), app, { recursive: true });
    await rm(path.join(app, '.stamp'), { force: true });
    await cp(path.join(root, 'deploy', 'images', 'nginx.conf'), path.join(context, 'nginx.conf'));
    return context;
  }
  const built = path.join(root, 'dist', name === JOBS ? 'k8s-jobs' : name);
  if (!existsSync(built)) throw new Error(`${built} is missing: npm run build`);
  await copyBundles(built, app);
  if (name !== JOBS) await addWait(app);
  await addNative(app, architecture);
  return context;
}

/** Without source maps: they are half of the size of a bundle and are not used in a pod. */
const copyBundles = (from: string, to: string): Promise<void> =>
  cp(from, to, {
    recursive: true,
    filter: (file) => !/(?:\.map|\.stamp)$/.test(file) && path.basename(file) !== 'node_modules',
  });

/** The init container of a service runs in the service's own image, which has the migrations it waits for. */
async function addWait(app: string): Promise<void> {
  await mkdir(path.join(app, 'jobs'), { recursive: true });
  await cp(path.join(root, 'dist', 'k8s-jobs', 'wait.mjs'), path.join(app, 'jobs', 'wait.mjs'));
}
