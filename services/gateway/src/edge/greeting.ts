import type { Express } from 'express';
import { setRoute } from '@bramble/service-kit/http/edge';
import { version } from '../version';

const body = Buffer.from(
  JSON.stringify({
    name: 'Bramble',
    version,
    links: {
      health: '/api/health',
      openapi: '/api/openapi.json',
      docs: '/api/docs',
      products: '/api/products',
      categories: '/api/categories',
    },
  }),
);

/** What `/` says to whoever does not ask for a page. */
export const greet = (app: Express): void => {
  app.get('/', (_req, res) => {
    setRoute(res, '/');
    res
      .writeHead(200, {
        'content-type': 'application/json',
        'content-length': body.length,
        'cache-control': 'no-cache',
        vary: 'Accept',
      })
      .end(body);
  });
};
