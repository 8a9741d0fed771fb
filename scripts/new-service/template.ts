import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace';
import type { NewService } from './names';

const TEMPLATE = path.join(root, 'scripts/new-service/template');
const SUFFIX = '.txt';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const versionOf = (file: string, name: string): string => {
  const manifest = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return name === '' ? manifest.version : (manifest.dependencies[name] ?? '');
};

/** Replaces each `[[word]]` of the template; throws for a word that is not known. */
function filler({ name, owns, port }: NewService): (text: string) => string {
  const contracts = 'services/shared/contracts/package.json';
  const words: Readonly<Record<string, string>> = {
    name,
    Name: capital(name),
    NAME: name.toUpperCase(),
    port: String(port),
    Owns: capital(owns),
    version: versionOf(contracts, ''),
    zod: versionOf(contracts, 'zod'),
  };
  return (text) =>
    text.replace(/\[\[(\w+)\]\]/g, (_, word: string) => {
      const value = words[word];
      if (value === undefined) throw new Error(`The template asks for [[${word}]].`);
      return value;
    });
}

/** The files of a new service: `template/services/NAME/src/app.ts.txt` becomes `services/<name>/src/app.ts`. */
export function templateFiles(service: NewService): { file: string; text: string }[] {
  const fill = filler(service);
  return readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(path.join(TEMPLATE, file)).isFile())
    .sort()
    .map((file) => ({
      file: file.replaceAll('NAME', service.name).slice(0, -SUFFIX.length),
      text: fill(readFileSync(path.join(TEMPLATE, file), 'utf8')),
    }));
}
