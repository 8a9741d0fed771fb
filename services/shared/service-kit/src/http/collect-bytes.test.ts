import { randomBytes } from 'node:crypto';
import { collectBytes } from './collect-bytes';

describe('the pieces of a body', () => {
  it.each([1, 7, 4_096, 99_000, 200_000])('of %d bytes become the body again', (length) => {
    const whole = randomBytes(100_000);
    const pieces = collectBytes();
    for (let at = 0; at < whole.length; at += length) pieces.add(whole.subarray(at, at + length));
    expect(pieces.size()).toBe(whole.length);
    expect(pieces.bytes().equals(whole)).toBe(true);
  });

  it('are not copied when there is one', () => {
    const only = randomBytes(10);
    const pieces = collectBytes();
    pieces.add(only);
    expect(pieces.bytes().buffer).toBe(only.buffer);
  });

  it('leave the first piece as it was', () => {
    const first = Buffer.from('first');
    const pieces = collectBytes();
    pieces.add(first.subarray(0, 2));
    pieces.add(Buffer.from('XX'));
    expect(first.toString()).toBe('first');
    expect(pieces.bytes().toString()).toBe('fiXX');
  });

  it('may be none', () => {
    expect(collectBytes().bytes()).toHaveLength(0);
  });
});
