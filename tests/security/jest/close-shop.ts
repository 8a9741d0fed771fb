import { fatalLines, openedBreakers, processes } from '../fuzz/processes';
import './open-shop';

/** Stops the shop. Fails the run when an attack ended a process or opened a circuit breaker, whatever its test saw. */
export default async function closeShop(): Promise<void> {
  const before = globalThis.brambleProcesses;
  if (!before) return;
  const after = processes();
  const ended = Object.keys(before).filter((name) => after[name] !== before[name]);
  const faults = [...ended.map((name) => `${name} ended`), ...fatalLines(), ...openedBreakers()];
  await globalThis.brambleShop?.stop();
  if (faults.length > 0) throw new Error(`what was tried left its marks:\n${faults.join('\n')}`);
}
