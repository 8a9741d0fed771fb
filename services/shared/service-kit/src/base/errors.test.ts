import { errorCodes } from '@bramble/contracts/errors';
import { AppError, isDefinite, isTransient } from './errors';

describe('errors', () => {
  it('become problem documents with their code and status', () => {
    const error = new AppError('price_changed', { detail: 'was 1, now 2', extra: { totals: { total: 2 } } });
    expect(error.toProblem('cid')).toEqual({
      type: 'urn:bramble:error:price_changed',
      title: errorCodes.price_changed.title,
      status: 409,
      code: 'price_changed',
      detail: 'was 1, now 2',
      correlationId: 'cid',
      totals: { total: 2 },
    });
  });

  it('are definite when they refuse the input, unknown otherwise', () => {
    const postgres = (code: string) => Object.assign(new Error('x'), { code });
    const refusals = [new AppError('conflict'), postgres('23505'), postgres('22003'), postgres('P0001')];
    expect(refusals.filter((error) => !isDefinite(error))).toEqual([]);
    for (const error of [new Error('x'), new AppError('internal'), postgres('42P01'), 'text'])
      expect(isDefinite(error)).toBe(false);
  });

  it('of stores and networks are transient, those of an event are not', () => {
    const coded = (code: string) => Object.assign(new Error('x'), { code });
    for (const code of ['ECONNREFUSED', '40001', '40P01', '57P01', '08006'])
      expect(isTransient(coded(code))).toBe(true);
    expect(isTransient(new Error('wrapped', { cause: coded('ECONNRESET') }))).toBe(true);
    expect(isTransient(new AppError('unavailable'))).toBe(true);
    expect(isTransient(new Error('Query read timeout'))).toBe(true);
    for (const error of [coded('23505'), new Error('x'), new AppError('conflict'), 'text', undefined])
      expect(isTransient(error)).toBe(false);
  });
});
