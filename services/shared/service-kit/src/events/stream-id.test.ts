import { ageOfStreamId, compareStreamIds, parseStreamId, ZERO_ID } from './stream-id';

describe('ids of stream entries', () => {
  it('are ordered as numbers, not as text', () => {
    const ids = ['9-10', '10-0', '9-9', '9-2', ZERO_ID, '1732190000000-3'];
    expect(ids.sort(compareStreamIds)).toEqual([ZERO_ID, '9-2', '9-9', '9-10', '10-0', '1732190000000-3']);
    expect(compareStreamIds('7-1', '7-1')).toBe(0);
  });

  it('may come without a sequence', () => {
    expect(parseStreamId('12')).toEqual({ ms: 12, seq: 0 });
  });

  it('give an age, which is never below zero', () => {
    expect(ageOfStreamId('1000-5', 3_500)).toBe(2.5);
    expect(ageOfStreamId('5000-0', 3_500)).toBe(0);
  });
});
