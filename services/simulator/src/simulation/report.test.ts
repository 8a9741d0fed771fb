import { createFigures } from './figures';
import { report } from './report';

const called = (name: string, status: number, code = '') => ({ name, status, code, seconds: 0.02 });

describe('the report of a simulation', () => {
  it('counts calls, how visits ended, and what failed', () => {
    const figures = createFigures();
    for (const each of [
      called('list', 200),
      called('place order', 202),
      called('place order', 409, 'out_of_stock'),
      called('place order', 503),
      called('order', 0),
      called('sign up', 409, 'email_taken'),
    ])
      figures.called(each);
    figures.ended('paid');
    figures.ended('broken off');
    const lines = report(figures, { seconds: 2, turnedAway: 0 }).split('\n');
    expect(lines.find((line) => line.startsWith('place order'))).toMatch(/ 3 +1\.5 .* 1 +1$/);
    expect(lines.find((line) => line.startsWith('sign up'))).toMatch(/ 0 +0$/);
    expect(lines.at(-1)).toBe('2 shoppers in 2 s, 1 orders placed, 2 calls failed.');
    expect(lines.join()).not.toContain('RATE_LIMIT_FACTOR');
  });

  it('says what to do when the shop took the load for one address too eager', () => {
    const figures = createFigures();
    figures.called(called('list', 429, 'rate_limited'));
    const text = report(figures, { seconds: 1, turnedAway: 3 });
    expect(text).toContain('refused 1 calls');
    expect(text).toContain('RATE_LIMIT_FACTOR');
    expect(text).toContain('the shop was full');
  });
});
