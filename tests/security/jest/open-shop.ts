import { type RunningShop, startShop } from '../../helpers/running-shop';
import { processes } from '../fuzz/processes';

declare global {
  // Jest passes nothing but globals from its set-up to its teardown.
  var brambleShop: RunningShop | undefined;
  var brambleProcesses: Record<string, string> | undefined;
}

/** Starts one whole shop for all files. `BRAMBLE_URL` (and `BRAMBLE_DATA`, its data folder) name one that runs already. */
export default async function openShop(): Promise<void> {
  if (process.env['BRAMBLE_URL']) return;
  globalThis.brambleShop = await startShop({ env: { RATE_LIMIT_FACTOR: '100000' } });
  process.env['BRAMBLE_URL'] = globalThis.brambleShop.url;
  process.env['BRAMBLE_DATA'] = globalThis.brambleShop.dataDir;
  globalThis.brambleProcesses = processes();
}
