import type { Log } from '../stores/types';

const startedAt = Date.now();

/** Seconds since this process was started, npm's own time included as far as Node knows it. */
const elapsed = (): number => (Date.now() - startedAt) / 1000;

/** Prints a line with the seconds since the start. */
export const say: Log = (line) => console.log(`[${elapsed().toFixed(1).padStart(6)} s] ${line}`);
