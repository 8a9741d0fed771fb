import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/workspace';

/** A copy of the clone that a test may change. */
export interface TreeCopy {
  folder: string;
  remove(): void;
}

/**
 * Copies every file of the clone that git would keep, and the generated database clients. Packages are links to those of
 * the clone, but for our own ones, which are links into the copy as npm makes them.
 */
export function copyTree(): TreeCopy {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bramble-copy-'));
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  const generated = readdirSync(path.join(root, 'services')).map((name) => `services/${name}/src/generated`);
  for (const file of [...listed.split('\0').filter(Boolean), ...generated]) {
    if (existsSync(path.join(root, file)))
      cpSync(path.join(root, file), path.join(folder, file), { recursive: true });
  }
  const workspaces = [
    '.',
    'frontend',
    ...readdirSync(path.join(root, 'services')).map((name) => `services/${name}`),
  ];
  for (const workspace of workspaces) linkPackages(path.join(workspace, 'node_modules'), folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function linkPackages(modules: string, folder: string): void {
  const from = path.join(root, modules);
  if (!existsSync(from)) return;
  const to = path.join(folder, modules);
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.name === '@bramble') linkOwnPackages(source, target);
    else if (entry.isFile()) cpSync(source, target);
    // Vite keeps what it made of packages in a folder with a dot, apart for each clone.
    else if (entry.name === '.bin' || !entry.name.startsWith('.')) symlinkSync(source, target);
  }
}

function linkOwnPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) symlinkSync(readlinkSync(path.join(from, name)), path.join(to, name));
}
