import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@bramble/service-kit/base/errors';
import { createTransport } from '@bramble/service-kit/http/transport';
import type { Service } from '@bramble/service-kit/runtime/service';
import { type AssetFolder, readAssetFolder } from './asset-folder';
import { proxyStorefront } from './proxy-storefront';
import { serveFolder } from './serve-folder';

export interface Storefront {
  serve(req: IncomingMessage, res: ServerResponse, path: string): Promise<void>;
  /** The readiness probe; it throws while the storefront cannot be served. */
  ready(): Promise<void>;
}

/** The storefront from a built folder, or from its own server; undefined when neither is configured. */
export function openStorefront(
  service: Service,
  {
    STOREFRONT_DIR: dir,
    STOREFRONT_URL: url,
  }: { STOREFRONT_DIR?: string | undefined; STOREFRONT_URL?: string | undefined },
): Storefront | undefined {
  if (dir !== undefined) return fromFolder(service, dir);
  return url === undefined ? undefined : fromServer(service, url);
}

function fromServer(service: Service, url: string): Storefront {
  async function ready(): Promise<void> {
    const response = await fetch(new URL('/', url), { signal: AbortSignal.timeout(900) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the storefront answered ${response.status}`);
  }

  return { serve: proxyStorefront(createTransport(service, { name: 'storefront', url })), ready };
}

/** Loads the folder at the first request after it exists: the build may still run while the services start. */
function fromFolder(service: Service, dir: string): Storefront {
  let assets: AssetFolder | undefined;
  const load = async () => {
    assets ??= await readAssetFolder(dir);
    return assets;
  };
  service.onStart('storefront', () => load().catch(() => undefined));

  async function serve(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const found = await load().catch((cause: unknown) => {
      throw new AppError('unavailable', { detail: 'the storefront is not built yet', cause });
    });
    await serveFolder(found)(req, res, path);
  }

  async function ready(): Promise<void> {
    await load();
  }

  return { serve, ready };
}
