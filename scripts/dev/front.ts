import { openDevServer } from '../../frontend/build/dev-server';
import { securityHeaders } from '../../services/gateway/src/http/security-headers';

export interface FrontOptions {
  port: number;
  host: string;
  gatewayUrl: string;
  log: (line: string) => void;
}

/** The one public address in development: Vite for the storefront, the gateway for everything else. */
export function openFront(options: FrontOptions): Promise<{ close(): Promise<void> }> {
  return openDevServer({ ...options, headers: pageHeaders() });
}

/** The gateway's headers for a page, with a policy that allows the worker in which Vite waits for its server. */
function pageHeaders(): Record<string, string> {
  const flat = securityHeaders('page', false);
  const headers: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) headers[String(flat[at]).toLowerCase()] = flat[at + 1] ?? '';
  const policy = headers['content-security-policy'] ?? '';
  return { ...headers, 'content-security-policy': `${policy};worker-src 'self' blob:` };
}
