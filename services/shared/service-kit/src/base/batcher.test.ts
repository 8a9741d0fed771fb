import { setImmediate as settled } from 'node:timers/promises';
import { batcher } from './batcher';

describe('a batcher', () => {
  it('joins the calls that come while a batch is in flight', async () => {
    const sizes: number[] = [];
    const open: (() => void)[] = [];
    const double = batcher<number, number>({
      max: 100,
      run: async (inputs) => {
        sizes.push(inputs.length);
        await new Promise<void>((resolve) => open.push(resolve));
        return inputs.map((input) => input * 2);
      },
    });
    const first = double(1);
    await settled();
    const later = [2, 3, 4].map((input) => double(input));
    await settled();
    open.shift()?.();
    expect(await first).toBe(2);
    await settled();
    open.shift()?.();
    expect(await Promise.all(later)).toEqual([4, 6, 8]);
    expect(sizes).toEqual([1, 3]);
  });

  it('rejects one caller alone when its answer is an error, and all when the batch fails', async () => {
    const picky = batcher<number, number>({
      max: 10,
      run: (inputs) =>
        inputs.includes(0)
          ? Promise.reject(new Error('all'))
          : Promise.resolve(inputs.map((input) => (input < 0 ? new Error('one') : input))),
    });
    const [good, bad] = await Promise.allSettled([picky(1), picky(-1)]);
    expect(good).toMatchObject({ status: 'fulfilled', value: 1 });
    expect(bad).toMatchObject({ status: 'rejected', reason: new Error('one') });
    await expect(picky(0)).rejects.toThrow('all');
  });

  it('makes no batch larger than its maximum', async () => {
    const sizes: number[] = [];
    const echo = batcher<number, number>({
      max: 8,
      run: (inputs) => Promise.resolve(inputs.map((input) => (sizes.push(inputs.length), input))),
    });
    const inputs = Array.from({ length: 50 }, (_, index) => index);
    expect(await Promise.all(inputs.map(echo))).toEqual(inputs);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
  });
});
