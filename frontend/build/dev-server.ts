import path from 'node:path';
import { createLogger, createServer, type Logger } from 'vite';
import { gatewayProxy } from './gateway-proxy';

export interface DevServerOptions {
  port: number;
  host: string;
  gatewayUrl: string;
  /** Sent with the pages, so that what the gateway's policy refuses is refused in development too. */
  headers: Record<string, string>;
  /** Takes Vite's messages, one line each. */
  log: (line: string) => void;
}

/** Serves the storefront from its sources, with hot reload, and everything else from the gateway, at one address. */
export async function openDevServer(options: DevServerOptions): Promise<{ close(): Promise<void> }> {
  const { port, host, gatewayUrl, headers } = options;
  // Silences Vite's warning about a future config loader.
  process.env['VITE_CONFIG_NATIVE_IGNORE_WARNING'] = 'true';
  const folder = path.resolve(import.meta.dirname, '..');
  const server = await createServer({
    root: folder,
    configFile: path.join(folder, 'vite.config.ts'),
    clearScreen: false,
    customLogger: loggerOf(options.log),
    server: { port, host, strictPort: true, headers, proxy: gatewayProxy(gatewayUrl) },
  });
  await server.listen();
  return { close: () => server.close() };
}

/** Vite's logger with its messages in our log. */
function loggerOf(log: (line: string) => void): Logger {
  const logger = createLogger('info', { allowClearScreen: false });
  const say = (message: string): void => message.split('\n').forEach((line) => line.trim() && log(line));
  return {
    ...logger,
    info: say,
    warn: say,
    warnOnce: say,
    // The stack of a failed connection to the gateway says nothing more than its first line.
    error: (message) => say(/proxy error/.test(message) ? (message.split('\n')[0] ?? '') : message),
  };
}
