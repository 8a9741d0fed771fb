import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@bramble/service-kit/base/errors';
import { isUnchanged } from '@bramble/service-kit/http/conditions';
import type { Asset, AssetFolder } from './asset-folder';

/** The best coding that client and server support; a weight of 0 excludes a coding. */
function codingFor(asset: Asset, accepted: string): 'br' | 'gzip' | 'identity' {
  for (const coding of ['br', 'gzip'] as const)
    if (
      asset.bytes[coding] &&
      new RegExp(`(?:^|,|\\s)${coding}(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted)
    )
      return coding;
  return 'identity';
}

/** Sends a file of the storefront: the best precompressed form, or 304. */
function serveAsset(req: IncomingMessage, res: ServerResponse, asset: Asset): void {
  const coding = codingFor(asset, String(req.headers['accept-encoding'] ?? ''));
  const etag = coding === 'identity' ? asset.etag : `${asset.etag.slice(0, -1)}-${coding}"`;
  const headers = ['etag', etag, 'cache-control', asset.cacheControl, 'vary', 'Accept-Encoding'];
  if (isUnchanged(req.headers, etag)) {
    res.writeHead(304, headers).end();
    return;
  }
  const bytes = asset.bytes[coding] ?? asset.bytes.identity;
  headers.push('content-type', asset.type, 'content-length', String(bytes.length));
  if (coding !== 'identity') headers.push('content-encoding', coding);
  res.writeHead(200, headers).end(bytes);
}

/**
 * Finds the file of a path: the file itself, or index.html for a page of the app. Undefined for a missing file or a
 * hidden folder.
 */
function assetFor(assets: AssetFolder, path: string): Asset | undefined {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const asset = assets.get(path === '/' ? '/index.html' : path);
  return asset ?? (last.includes('.') || path.includes('/.') ? undefined : assets.get('/index.html'));
}

/** Serves a built storefront from memory. */
export const serveFolder =
  (assets: AssetFolder) =>
  (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return Promise.reject(new AppError('method_not_allowed', { headers: { allow: 'GET, HEAD' } }));
    let name = path;
    try {
      name = decodeURIComponent(path);
    } catch {
      return Promise.reject(new AppError('not_found'));
    }
    const asset = assetFor(assets, name);
    if (!asset) return Promise.reject(new AppError('not_found'));
    serveAsset(req, res, asset);
    return Promise.resolve();
  };
