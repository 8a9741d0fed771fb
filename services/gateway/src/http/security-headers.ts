import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Header names and values, one after the other. */
export type FlatHeaders = readonly string[];

/** Asks helmet once what it would set: the answer is the same for every request. */
function record(options: Parameters<typeof helmet>[0]): FlatHeaders {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  helmet(options)(req, res, () => undefined);
  return Object.entries(res.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}

const common = {
  // A year; only ever said over https.
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
  crossOriginEmbedderPolicy: false,
} as const;

/** The storefront's own scripts and nothing else; inline styles are what its components set. */
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
