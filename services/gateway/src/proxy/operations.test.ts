import { publicOperations } from '@bramble/contracts/public-operations';
import { methodsOf, operationMatcher } from './operations';

const match = operationMatcher(publicOperations);

describe('the operation of a request', () => {
  it('is found by its path and each alias, fixed names before parameters', () => {
    expect(match('GET', '/api/products/mine')?.template).toBe('/api/products/mine');
    expect(match('GET', '/api/products/7')?.template).toBe('/api/products/{id}');
    expect(match('HEAD', '/api/products/search')?.template).toBe('/api/products');
    expect(match('POST', '/api/auth/register')?.template).toBe('/api/auth/signup');
    expect(match('POST', '/api/payments/checkout')?.operation.service).toBe('orders');
    expect(match('PATCH', '/api/products/mine')).toBeUndefined();
    expect(methodsOf(match, '/api/products/mine')).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(methodsOf(match, '/api/nothing')).toEqual([]);
  });

  it.each([
    '/api/products/7/nothing',
    '/api/productsx',
    '/api/products/',
    '/api/Products',
    '/API/products',
    '/api/products//',
    '/api/auth',
    '/api',
    '/internal/keys',
  ])('is none for %s', (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      expect([method, match(method, path)]).toEqual([method, undefined]);
  });

  it('is never an operation that only services may call', () => {
    expect(publicOperations.filter(({ access }) => access === 'service')).toEqual([]);
    expect(publicOperations.filter(({ path }) => path.startsWith('/internal'))).toEqual([]);
  });
});
