import { createHash } from 'node:crypto';
import type { Express, Request, RequestHandler, Response } from 'express';
import sirv from 'sirv';
import { gatewayApi } from '@bramble/contracts/gateway';
import { publicOperations } from '@bramble/contracts/public-operations';
import { isUnchanged } from '@bramble/service-kit/http/conditions';
import { setRoute } from '@bramble/service-kit/http/edge';
import { version } from '../version';
import { docsPage, openScript } from './docs-page';
import { swaggerFolder } from './swagger-folder';

interface StoredText {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Buffer;
}

const stored = (type: string, text: string): StoredText => ({
  type,
  etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`,
  bytes: Buffer.from(text),
});

function send(req: Request, res: Response, { type, etag, bytes }: StoredText): void {
  setRoute(res, req.path);
  const headers = { etag, 'cache-control': 'no-cache' };
  if (isUnchanged(req.headers, etag)) res.writeHead(304, headers).end();
  else res.writeHead(200, { ...headers, 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

/** Makes the document. What only the document needs, such as its sentences and examples, is loaded here and not at the start. */
async function makeDocument(): Promise<StoredText> {
  const { openApiDocument } = await import('./openapi');
  return stored('application/json', JSON.stringify(openApiDocument(publicOperations, version)));
}

/** Serves the contract as an OpenAPI document and as a page. The document is generated at the first request. */
export function documentApi(app: Express): void {
  const page = stored('text/html; charset=utf-8', docsPage);
  const script = stored('text/javascript; charset=utf-8', openScript);
  let document: StoredText | undefined;
  let assets: RequestHandler | undefined;

  app.get(gatewayApi.openApi.path, async (req, res) => {
    document ??= await makeDocument();
    send(req, res, document);
  });
  app.get(gatewayApi.docs.path, (req, res) => send(req, res, page));
  app.get(gatewayApi.docsFile.path, (req, res, next) => {
    if (req.params['file'] === 'open.js') return send(req, res, script);
    if (!gatewayApi.docsFile.params.safeParse(req.params).success) return next();
    setRoute(res, gatewayApi.docsFile.path);
    assets ??= sirv(swaggerFolder(), { etag: true, brotli: true, maxAge: 86_400, extensions: [] });
    req.url = `/${String(req.params['file'])}`;
    assets(req, res, next);
  });
}
