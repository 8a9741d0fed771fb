import { run } from './run';

const node = (code: string, timeoutMs?: number) =>
  run(process.execPath, ['-e', code], timeoutMs === undefined ? {} : { timeoutMs });

describe('a command that is run to its end', () => {
  it('says that it took too long, after what it wrote itself', async () => {
    const result = await node("console.error('a warning'); setInterval(() => undefined, 1000)", 3_000);
    expect(result.ok).toBe(false);
    expect(result.stderr).toMatch(/node was ended after 3 s, which were not enough: try again/);
    expect(result.stderr.trim().split('\n').at(-1)).toMatch(/^node was ended/);
  });

  it('says nothing of time when it fails by itself', async () => {
    const result = await node("console.error('a reason'); process.exit(3)");
    expect(result).toEqual({ ok: false, stdout: '', stderr: 'a reason\n' });
  });

  it('fails with a reason when the program is missing', async () => {
    const result = await run('/no/such/program', []);
    expect(result).toMatchObject({ ok: false, stderr: expect.stringContaining('ENOENT') });
  });
});
