import { isTransient } from '../base/errors';
import { problemOf } from './problem';

describe('the answer to an error', () => {
  it('is 503 when a store is full, out of memory, interrupted or too slow', () => {
    const postgres = (code: string) => Object.assign(new Error('x'), { code });
    const mongo = (code: number) => Object.assign(new Error('x'), { code, name: 'MongoServerError' });
    const errors = [
      ...['53000', '53100', '53200', '53300', '57P03', '58030', '55P03', 'XX000', '25P03'].map(postgres),
      ...[14031, 11601, 46, 50, 64].map(mongo),
    ];
    expect(errors.filter((error) => problemOf(error).status !== 503)).toEqual([]);
    for (const code of ['23505', '22003', '42P01', '5310', '531000'])
      expect(isTransient(postgres(code))).toBe(false);
  });
});
