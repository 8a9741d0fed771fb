import { spawn } from 'node:child_process';

/** What a command printed, on both outputs, in the order in which it came. */
export interface Printed {
  /** As a person would type it. */
  line: string;
  output: string;
}

/** Runs `npm run stress` against a shop. Throws with its output when a promise was broken. */
export async function runStress(url: string, words: readonly string[]): Promise<Printed> {
  const args = [...words, '--url', url];
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/stress/main.ts', ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = `npm run stress -- ${words.join(' ')}`;
  if (code !== 0) throw new Error(`${line} ended with ${code}:\n${output}`);
  return { line, output };
}

/** The output without the lines of signing in, except for the last of them. */
export function withoutSigningIn(output: string): string {
  const lines = output.split('\n');
  const last = lines.findLastIndex((line) => line.includes('signed in '));
  return lines.filter((line, n) => n >= last || !line.includes('signed in ')).join('\n');
}
