import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What is wrong with the drawn pictures in `docs`: stale, not shown in architecture.md, or left over. */
export function pictureFaults(pictures: ReadonlyMap<string, string>, docs: string): string[] {
  const document = readFileSync(path.join(docs, 'architecture.md'), 'utf8');
  const faults: string[] = [];
  for (const [name, svg] of pictures) {
    const file = path.join(docs, 'images', name);
    const current = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (current !== svg) faults.push(`docs/images/${name} is not what the code says: npm run docs`);
    if (!document.includes(`(images/${name})`)) faults.push(`docs/architecture.md does not show ${name}`);
  }
  for (const name of readdirSync(path.join(docs, 'images')).filter((file) => file.endsWith('.svg'))) {
    if (!pictures.has(name)) faults.push(`docs/images/${name} is left over: no code draws it`);
  }
  return faults;
}
