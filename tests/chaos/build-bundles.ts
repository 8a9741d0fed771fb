import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../../scripts/workspace';

/** Builds what the rig starts. */
export const buildBundles = async (): Promise<void> =>
  void (await promisify(execFile)('npm', ['run', 'build', '--silent'], { cwd: root }));
