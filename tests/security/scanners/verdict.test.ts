import { type Outcome, passes, runScanners, type Scanner } from './verdict';

const scanner = (name: string, verdict: Outcome['verdict']): Scanner => ({
  name,
  run: () => ({ scanner: name, verdict, said: '' }),
});
const broken: Scanner = {
  name: 'broken',
  run: () => {
    throw new Error('no such program\nand a long story');
  },
};

describe('a run of scanners', () => {
  it('passes when all of them ran and found nothing', async () => {
    expect(passes(await runScanners([scanner('a', 'clean'), scanner('b', 'clean')], []))).toBe(true);
  });

  it.each(['FINDINGS', 'NOT RUN'] as const)('fails with one that says %s', async (verdict) => {
    const outcomes = await runScanners([scanner('a', 'clean'), scanner('b', verdict)], []);
    expect(passes(outcomes)).toBe(false);
  });

  it('counts one that cannot be started as not run, and goes on', async () => {
    const outcomes = await runScanners([broken, scanner('b', 'clean')], []);
    expect(outcomes).toEqual([
      { scanner: 'broken', verdict: 'NOT RUN', said: 'no such program' },
      { scanner: 'b', verdict: 'clean', said: '' },
    ]);
    expect(passes(outcomes)).toBe(false);
  });

  it('says which were left out by name, and starts none of them', async () => {
    const outcomes = await runScanners([broken, scanner('b', 'clean')], ['broken']);
    expect(outcomes[0]).toEqual({ scanner: 'broken', verdict: 'left out', said: 'by --without' });
    expect(passes(outcomes)).toBe(true);
  });
});
