import {
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { SOCKET_PATH } from '@bramble/contracts/gateway';
import { AppError } from '@bramble/service-kit/base/errors';
import { correlationIdFrom } from '@bramble/service-kit/base/request-context';
import { readCookie } from '@bramble/service-kit/http/cookies';
import { problemOf } from '@bramble/service-kit/http/problem';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { Authenticate } from '../auth/authenticate';
import { bearerOf } from '../auth/bearer';
import type { Client } from '../http/client';
import { endSocket, endWithProblem } from '../http/end-with-problem';
import { pathWithoutQuery } from '../http/paths';
import type { RateLimits } from '../limits/rate-limits';
import { callerHeaders } from '../proxy/forward';
import type { TakeSocketPlace } from './socket-places';

export interface UpgradeParts {
  server: Server;
  url: string | undefined;
  /** The key of users' requests to a service. */
  keyOf: (service: string) => string;
  secureAlways: boolean;
  clientOf: (req: IncomingMessage) => Client;
  corsOrigins: ReadonlySet<string>;
  authenticate: Authenticate;
  limits: Pick<RateLimits, 'byAddress'>;
  takePlace: TakeSocketPlace;
  log: Pick<Logger, 'warn'>;
}

/** The headers of a handshake that are forwarded; the service itself checks only the version and the key. */
const handshake = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'user-agent',
] as const;
const CONNECT_MS = 3_000;

/** Browsers always send Origin with a handshake. A client without Origin may use a bearer token, but no cookies. */
function fromAnotherSite(req: IncomingMessage, client: Client, allowed: ReadonlySet<string>): boolean {
  const { origin } = req.headers;
  return origin !== undefined && origin !== client.origin && !allowed.has(origin);
}

const isHandshake = (req: IncomingMessage) =>
  req.headers.upgrade?.toLowerCase() === 'websocket' && pathWithoutQuery(req.url ?? '') === SOCKET_PATH;

/** The head of a request as it came, without its Upgrade header. */
function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method ?? 'GET'} ${url ?? '/'} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    if (/^(?:upgrade|http2-settings)$/i.test(name)) continue;
    const options = value.split(',').filter((option) => !/^\s*(?:upgrade|http2-settings)\s*$/i.test(option));
    if (/^connection$/i.test(name) && options.length === 0) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? options.join(',') : value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * Answers a request for an unsupported protocol (such as `h2c`, which curl and Java offer) over HTTP/1.1. Node hands over
 * the bare connection, so the server gets that connection as a new one that begins with the request.
 */
function readAsPlain(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Node adds these with each `connection` and leaves them on a socket that it hands over.
  socket.removeAllListeners('resume').removeAllListeners('pause');
  socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(req), 'latin1'), head]));
  server.emit('connection', socket);
}

/**
 * Calls back when the requests that came earlier on a connection are answered. A client may send several without
 * waiting, and HTTP answers in their order.
 */
function createTurns(server: Server) {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (req, res) => latest.set(req.socket, res));
  return (socket: Duplex, callback: () => void): void => {
    const earlier = latest.get(socket);
    if (!earlier || earlier.writableFinished) {
      callback();
      return;
    }
    // Node removed its own error listener. Without a listener an error would end the process.
    const drop = () => void socket.destroy();
    socket.on('error', drop);
    earlier.once('close', () => {
      socket.off('error', drop);
      if (!socket.destroyed) callback();
    });
  };
}

/**
 * Tunnels WebSockets to notifications as raw bytes; an internal token names the caller. A client without Origin is not
 * a browser, so its cookies are ignored.
 */
export function createUpgradeHandler(parts: UpgradeParts) {
  const open = async (req: IncomingMessage, socket: Duplex, head: Buffer, correlationId: string) => {
    const client = parts.clientOf(req);
    parts.takePlace(client.address, socket);
    await parts.limits.byAddress('read', client.address);
    if (fromAnotherSite(req, client, parts.corsOrigins)) throw new AppError('cross_site');
    if (parts.url === undefined)
      throw new AppError('unavailable', { detail: 'this shop runs without notifications' });
    const secure = client.secure || parts.secureAlways;
    const bearer = bearerOf(req.headers);
    const cookie = req.headers.origin === undefined ? undefined : readCookie(req, 'access', secure);
    const token = bearer ?? cookie;
    const claims = token === undefined ? undefined : await parts.authenticate(token);
    if (bearer !== undefined && !claims) throw new AppError('unauthenticated');

    const headers: Record<string, string> = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'x-client-address': client.address,
      ...callerHeaders(parts.keyOf('notifications'), 'notifications', { claims, secure }, correlationId),
    };
    for (const name of handshake) {
      const value = req.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    openTunnel(parts.url, headers, socket, head, correlationId);
  };

  const openTunnel = (
    url: string,
    headers: Record<string, string>,
    socket: Duplex,
    head: Buffer,
    correlationId: string,
  ) => {
    const upstream = httpRequest(new URL(SOCKET_PATH, url), { headers, timeout: CONNECT_MS });
    const refuse = () =>
      endWithProblem(
        socket,
        new AppError('unavailable', { detail: 'notifications is not reachable' }),
        correlationId,
      );
    upstream.once('timeout', () => upstream.destroy(new Error('the handshake got no answer')));
    upstream.once('error', refuse);
    upstream.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 502;
      endSocket(
        socket,
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    });
    upstream.once('upgrade', (response, tunnel, first: Buffer) => {
      upstream.off('error', refuse);
      tunnel.setTimeout(0);
      tunnel.setNoDelay(true);
      const lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (first.length > 0) socket.write(first);
      if (head.length > 0) tunnel.write(head);
      const end = () => {
        socket.destroy();
        tunnel.destroy();
      };
      for (const side of [socket, tunnel]) side.on('error', end).on('close', end);
      tunnel.pipe(socket);
      socket.pipe(tunnel);
    });
    socket.once('close', () => upstream.destroy());
    upstream.end();
  };

  const answer = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!isHandshake(req)) {
      readAsPlain(parts.server, req, socket, head);
      return;
    }
    const correlationId = correlationIdFrom(req.headers['x-correlation-id']);
    socket.on('error', () => socket.destroy());
    open(req, socket, head, correlationId).catch((error: unknown) => {
      if (!(error instanceof AppError)) parts.log.warn({ err: error }, 'an upgrade failed');
      endWithProblem(socket, problemOf(error), correlationId);
    });
  };

  const inTurn = createTurns(parts.server);
  return (req: IncomingMessage, socket: Duplex, head: Buffer): void =>
    inTurn(socket, () => answer(req, socket, head));
}
