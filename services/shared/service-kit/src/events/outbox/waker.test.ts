import { createWaker } from './waker';

describe('the waker', () => {
  it('remembers a call that came before the wait, and many as one', async () => {
    const waker = createWaker();
    waker.wake();
    waker.wake();
    expect(await waker.wait(10_000)).toBe(true);
    expect(await waker.wait(1)).toBe(false);
  });

  it('ends a wait that is under way', async () => {
    const waker = createWaker();
    const waiting = waker.wait(10_000);
    waker.wake();
    expect(await waiting).toBe(true);
  });
});
