import { createGate } from './gate';

describe('the gate', () => {
  it('lets so many run at once, and the others in turn', async () => {
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const gate = createGate({ atOnce: 3, waiting: 100, refuse: () => new Error('full') });
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        gate(async () => {
          order.push(n);
          most = Math.max(most, ++running);
          await Promise.resolve();
          await Promise.resolve();
          running -= 1;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(order).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('gives the place on when work fails', async () => {
    const gate = createGate({ atOnce: 1, waiting: 1, refuse: () => new Error('full') });
    await expect(gate(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate(() => Promise.resolve('yes'))).toBe('yes');
  });

  it('refuses when too many wait', async () => {
    const gate = createGate({ atOnce: 1, waiting: 1, refuse: () => new Error('full') });
    let release = () => undefined as void;
    const first = gate(() => new Promise<void>((resolve) => (release = resolve)));
    const second = gate(() => Promise.resolve('second'));
    await expect(gate(() => Promise.resolve('third'))).rejects.toThrow('full');
    release();
    await first;
    expect(await second).toBe('second');
  });
});
