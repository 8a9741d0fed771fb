import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Header names and values in turn. */
export type FlatHeaders = readonly string[];

/** The headers that helmet sets. They are the same for every response, so they are computed once. */
function record(options: Parameters<typeof helmet>[0]): FlatHeaders {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  helmet(options)(req, res, () => undefined);
  return Object.entries(res.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}

const common = {
  // One year; sent over https only.
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  crossOriginEmbedderPolicy: false,
} as const;

/** The storefront's own scripts only; inline styles are allowed because its components set them. */
const pages = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    scriptSrcAttr: ["'none'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};
const data = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };

const insecure = {
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
} as const;

const sets = {
  page: {
    secure: record({ ...common, contentSecurityPolicy: pages }),
    plain: record({ ...common, ...insecure, contentSecurityPolicy: pages }),
  },
  data: {
    secure: record({ ...common, contentSecurityPolicy: data }),
    plain: record({ ...common, ...insecure, contentSecurityPolicy: data }),
  },
};

/** The security headers of a page (HTML and its assets) or of data (the API). */
export const securityHeaders = (kind: 'page' | 'data', secure: boolean): FlatHeaders =>
  sets[kind][secure ? 'secure' : 'plain'];
