import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/workspace';

/**
 * Fills `folder` as a fresh clone after `npm ci` would be: the files that git knows or would take, and node_modules.
 * Nothing that was built is copied. The files of node_modules are hard links where the file system allows it.
 */
export function copyClone(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter(Boolean)) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(root, file), target, { verbatimSymlinks: true });
  }
  // npm puts a package beside the workspace that wants another version of it than the others.
  for (const file of listed.split('\0').filter((name) => /(?:^|\/)package\.json$/.test(name))) {
    const installed = path.join(path.dirname(file), 'node_modules');
    if (existsSync(path.join(root, installed)))
      linkTree(path.join(root, installed), path.join(folder, installed));
  }
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
    // npm's and our own records of what is installed: an installation in the copy writes them anew.
    else if (entry.name.startsWith('.')) copyFileSync(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or one without hard links.
    copyFileSync(source, target);
  }
}
