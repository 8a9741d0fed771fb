import { createHash } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import { setRoute } from '@bramble/service-kit/http/edge';
import { matchesTag } from '../http/etag';
import { publicOperations } from '@bramble/contracts/public-operations';
import { version } from '../version';
import { docsPage } from './docs-page';
import { openApiDocument } from './openapi';

interface Written {
  type: string;
  etag: string;
  bytes: Buffer;
}

const written = (type: string, text: string): Written => ({
  type,
  etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`,
  bytes: Buffer.from(text),
});

function send(req: Request, res: Response, { type, etag, bytes }: Written): void {
  setRoute(res, req.path);
  const headers = { etag, 'cache-control': 'no-cache' };
  if (matchesTag(req.headers['if-none-match'], etag)) res.writeHead(304, headers).end();
  else res.writeHead(200, { ...headers, 'content-type': type, 'content-length': bytes.length }).end(bytes);
}

/** The contract for machines and for people, written when it is first asked for. */
export function documentApi(app: Express): void {
  let kept: { document: Written; page: Written } | undefined;
  const get = () => {
    if (!kept) {
      const document = openApiDocument(publicOperations, version);
      kept = {
        document: written('application/json', JSON.stringify(document)),
        page: written('text/html; charset=utf-8', docsPage(publicOperations, document)),
      };
    }
    return kept;
  };
  app.get('/api/openapi.json', (req, res) => send(req, res, get().document));
  app.get('/api/docs', (req, res) => send(req, res, get().page));
}
