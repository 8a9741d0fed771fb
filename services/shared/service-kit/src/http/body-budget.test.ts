import { createBodyBudget } from './body-budget';

describe('bodies that are arriving', () => {
  it('of one sender are refused above its part, and those of others are not', () => {
    const begin = createBodyBudget({ total: 1_000, ofSender: 100 });
    const [first, second, other] = [begin('a'), begin('a'), begin('b')];
    first.add(60);
    expect(() => second.add(60)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    other.add(100);
    second.end();
    first.add(40);
    expect(() => first.add(1)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  });

  it('of all senders together are refused above the total, and taken again when others have arrived', () => {
    const begin = createBodyBudget({ total: 100, ofSender: 100 });
    const [first, second, inner] = [begin('a'), begin('b'), begin(undefined)];
    first.add(50);
    inner.add(50);
    expect(() => second.add(1)).toThrow(expect.objectContaining({ code: 'unavailable' }));
    second.end();
    first.end();
    first.end();
    begin('b').add(50);
    expect(() => begin('c').add(1)).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});
