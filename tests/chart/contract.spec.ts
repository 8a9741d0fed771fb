import { publicOperations } from '@bramble/contracts/public-operations';
import { breakingChanges } from '../../scripts/contract/breaking-changes';
import type { ContractAccess } from '../../scripts/contract/stricter-access';
import { openApiDocument } from '../../services/gateway/src/openapi/openapi';

type Json = Record<string, unknown>;
interface Contract extends ContractAccess {
  paths: Record<string, Record<string, Json & { 'x-access': unknown }>>;
  components: { schemas: Record<string, { properties: Json }> };
}

const contract = (): Contract => openApiDocument(publicOperations, '0.0.0') as unknown as Contract;

/** The changes that are found when `change` is made in the present contract. */
function found(change: (present: Contract) => void): string[] {
  const present = structuredClone(contract());
  change(present);
  return breakingChanges(contract(), present);
}

/** The operation at a method and a path. */
function operationOf({ paths }: Contract, method: string, path: string): Json & { 'x-access': unknown } {
  const operation = paths[path]?.[method];
  if (!operation) throw new Error(`there is no ${method} ${path}`);
  return operation;
}

function removeField({ components }: Contract, schema: string, field: string): void {
  const properties = components.schemas[schema]?.properties;
  if (!properties || !(field in properties)) throw new Error(`${schema} has no ${field}`);
  delete properties[field];
}

describe('the comparison with the released contract', () => {
  it('finds nothing when nothing changed, and nothing in new sentences and examples', () => {
    expect(found(() => undefined)).toEqual([]);
    expect(
      found((present) => {
        operationOf(present, 'get', '/api/orders/{id}')['description'] = 'Another sentence.';
      }),
    ).toEqual([]);
  });

  it('finds an optional field that is gone from an answer', () => {
    expect(found((present) => removeField(present, 'Order', 'expiresAt'))).toContainEqual(
      expect.stringMatching(
        /^GET \/api\/orders\/\{id\}: .*`order\/expiresAt`.*\[response-optional-property-removed\]$/,
      ),
    );
  });

  it('finds an optional field that is gone from a request', () => {
    expect(found((present) => removeField(present, 'SignUpBody', 'role'))).toEqual([
      expect.stringMatching(/^POST \/api\/auth\/register: .*`role`/),
      expect.stringMatching(/^POST \/api\/auth\/signup: .*`role`/),
    ]);
  });

  it('finds a header that is gone from an answer', () => {
    const lines = found((present) => {
      const { responses } = operationOf(present, 'get', '/api/categories') as unknown as {
        responses: Record<string, { headers: Json }>;
      };
      delete responses['200']?.headers['RateLimit'];
    });
    expect(lines).toEqual([expect.stringMatching(/^GET \/api\/categories: .*ratelimit/)]);
  });

  it('finds an operation with another id, which generated clients call by it', () => {
    const lines = found((present) => {
      operationOf(present, 'get', '/api/categories')['operationId'] = 'listAllCategories';
    });
    expect(lines).toEqual([expect.stringMatching(/^GET \/api\/categories: .*`listCategories`/)]);
  });

  it('finds an operation that is gone, an older path included', () => {
    expect(found(({ paths }) => delete paths['/api/categories'])).toHaveLength(1);
    expect(found(({ paths }) => delete paths['/api/auth/register'])).toHaveLength(1);
  });

  it('finds an operation that fewer may call', () => {
    const lines = found((present) => {
      operationOf(present, 'get', '/api/orders')['x-access'] = ['admin'];
    });
    expect(lines).toEqual(['GET /api/orders: was for user and is for admin']);
  });
});
