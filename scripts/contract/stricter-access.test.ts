import { publicOperations } from '@bramble/contracts/public-operations';
import { openApiDocument } from '../../services/gateway/src/openapi/openapi';
import { type ContractAccess, stricterAccess } from './stricter-access';

const withAccess = (access: unknown): ContractAccess => ({
  paths: { '/api/sales': { get: { 'x-access': access } } },
});
const changed = (before: unknown, now: unknown): string[] =>
  stricterAccess(withAccess(before), withAccess(now));

describe('access that became stricter', () => {
  it.each([
    ['anyone', 'user'],
    ['anyone', ['admin']],
    ['user', ['customer', 'seller', 'courier', 'admin']],
    [['seller', 'admin'], ['admin']],
    [
      ['seller', 'admin'],
      ['courier', 'admin'],
    ],
  ])('is found from %j to %j', (before, now) => {
    expect(changed(before, now)).toEqual([
      expect.stringMatching(/^GET \/api\/sales: was for \S.* and is for \S/),
    ]);
  });

  it.each([
    ['anyone', 'anyone'],
    ['user', 'anyone'],
    [['admin'], 'user'],
    [['admin'], ['seller', 'admin']],
    [
      ['seller', 'admin'],
      ['admin', 'seller'],
    ],
  ])('is not found from %j to %j', (before, now) => {
    expect(changed(before, now)).toEqual([]);
  });

  it('is found in the document of the shop', () => {
    const released = openApiDocument(publicOperations, '0.0.0') as unknown as ContractAccess;
    const present = structuredClone(released) as { paths: Record<string, Record<string, object>> };
    present.paths['/api/cart'] = { get: { 'x-access': 'user' } };
    expect(stricterAccess(released, present as ContractAccess)).toEqual([
      'GET /api/cart: was for anyone and is for user',
    ]);
  });
});
