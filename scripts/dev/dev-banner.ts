import { banner } from '../start/banner';
import type { Settings } from '../start/settings';

/** What a developer sees when the shop is open: the banner of the shop, and the services' debuggers. */
export const devBanner = (url: string, settings: Settings, debuggers: ReadonlyMap<string, number>): string =>
  banner(url, settings, [
    '  service        debugger (chrome://inspect, or "Attach to …" in VS Code)',
    ...[...debuggers].map(([name, port]) => `  ${name.padEnd(14)} 127.0.0.1:${port}`),
    '',
    '  A saved file of a service restarts that service.',
    '  A saved file of frontend/ is exchanged in the browser.',
    '',
  ]);
