import { run } from './run';

const LIMIT_MS = 180_000;

/**
 * Asks an npm package for the server it downloads or builds. In a process of its own, so that it can be given
 * up after three minutes and leaves nothing behind in ours. Returns the path of the server.
 */
export async function fromNodePackage(name: string, expression: string): Promise<string> {
  const script = `Promise.resolve(${expression}).then((file) => console.log('found:' + file), (error) => {
    console.error(String(error && error.message).split('\\n')[0]); process.exit(1); });`;
  const result = await run(process.execPath, ['--input-type=commonjs', '-e', script], {
    cwd: process.cwd(),
    timeoutMs: LIMIT_MS,
  });
  const file = /^found:(.+)$/m.exec(result.stdout)?.[1];
  if (result.ok && file) return file;
  throw new Error(`${name} fetched nothing (${result.stderr.trim().split('\n').pop() ?? 'no reason given'})`);
}
