import type { DeadLetter } from '@bramble/contracts/gateway';
import { paintFor } from '@bramble/service-kit/base/command-line';

/** How many letters of each cause are printed, unless the command names the cause. */
const SHOWN = 5;

/** Letters by their cause, the causes and the letters of each in the order of the list. */
export function byCause(letters: readonly DeadLetter[]): Map<string, DeadLetter[]> {
  const causes = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const id = letter.causeId ?? letter.id;
    const list = causes.get(id);
    if (list) list.push(letter);
    else causes.set(id, [letter]);
  }
  return causes;
}

/** The list as text; with `all`, every letter of each cause. */
export function inWords(letters: readonly DeadLetter[], { all }: { all: boolean }): string {
  if (letters.length === 0) return 'no dead letters';
  const paint = paintFor(process.stdout);
  const blocks = [...byCause(letters)].map(([causeId, list]) => {
    const [newest] = list;
    const shown = all ? list : list.slice(0, SHOWN);
    const lines = shown.map(
      ({ id, failedAt, key, attempts }) => `    ${id}  ${failedAt}  key ${key}  tries ${attempts}`,
    );
    const hidden = list.length - shown.length;
    return [
      `${paint('bold', causeId)}  ${list.length} × ${newest?.type}`,
      `    ${paint('red', newest?.error ?? '')}`,
      ...lines,
      ...(hidden > 0 ? [`    and ${hidden} more: bramble-admin dead list ${causeId}`] : []),
    ].join('\n');
  });
  return `${blocks.join('\n')}\n${letters.length} in all`;
}
