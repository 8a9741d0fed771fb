import { publicOperations } from '@bramble/contracts/public-operations';
import { methodsOf, operationMatcher } from './operations';
import { upstreamFor } from './routing';

describe('routing', () => {
  it.each([
    ['/api/auth/login', 'users'],
    ['/api/users', 'users'],
    ['/api/admin/audit', 'users'],
    ['/api/products/1/picture', 'catalog'],
    ['/api/payments', 'payments'],
    ['/api/payments/checkout', 'orders'],
    ['/api/payments/checkoutx', 'payments'],
    ['/api/admin/orders', 'orders'],
    ['/api/webhooks/1', 'notifications'],
    ['/api/admin/dead-letters', undefined],
    ['/api/health', undefined],
    ['/api/productsx', undefined],
    ['/internal/keys', undefined],
  ])('sends %s to %s', (path, name) => expect(upstreamFor(path)).toBe(name));

  it('leads every operation of the contract to a service or to the gateway itself', () => {
    const own = [
      '/',
      '/api/health',
      '/api/openapi.json',
      '/api/docs',
      '/api/docs/:file',
      '/api/dashboard',
      '/api/admin/dead-letters',
      '/api/admin/dead-letters/:id/replay',
    ];
    for (const { path } of publicOperations)
      expect([path, upstreamFor(path) ?? 'gateway']).toEqual([
        path,
        own.includes(path) ? 'gateway' : expect.not.stringMatching('gateway'),
      ]);
    expect(publicOperations.some(({ access }) => access === 'service')).toBe(false);
  });

  it('finds the operation of a path, fixed names before parameters', () => {
    const match = operationMatcher(publicOperations);
    expect(match('GET', '/api/products/mine')?.template).toBe('/api/products/mine');
    expect(match('GET', '/api/products/7')?.template).toBe('/api/products/{id}');
    expect(match('HEAD', '/api/products/search')?.template).toBe('/api/products');
    expect(match('POST', '/api/auth/register')?.template).toBe('/api/auth/signup');
    expect(match('GET', '/api/products/7/nothing')).toBeUndefined();
    expect(match('PATCH', '/api/products/mine')).toBeUndefined();
    expect(methodsOf(match, '/api/products/mine')).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(methodsOf(match, '/api/nothing')).toEqual([]);
  });
});
