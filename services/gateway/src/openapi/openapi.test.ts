import { publicOperations } from '@bramble/contracts/public-operations';
import { requestExamples } from './examples/requests';
import { openApiDocument } from './openapi';
import { namedSchemas } from './schema-names';

const document = openApiDocument(publicOperations, '0.0.0') as {
  paths: Record<string, Record<string, { operationId: string; description?: string }>>;
  components: Record<string, Record<string, { examples?: unknown[] }>>;
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

describe('the OpenAPI document', () => {
  it('names and describes every operation once', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(operations.filter(({ description }) => !description)).toEqual([]);
    expect(publicOperations.length).toBeGreaterThan(50);
  });

  it('has no reference that leads nowhere, and no component that nothing refers to', () => {
    const text = JSON.stringify(document);
    const references = new Set(
      [...text.matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)].map(([, kind, name]) => `${kind}/${name}`),
    );
    const components = new Set(
      Object.entries(document.components)
        .filter(([kind]) => kind !== 'securitySchemes')
        .flatMap(([kind, entries]) => Object.keys(entries).map((name) => `${kind}/${name}`)),
    );
    expect([...references].filter((reference) => !components.has(reference))).toEqual([]);
    expect([...components].filter((component) => !references.has(component))).toEqual([]);
  });

  it('gives every JSON body an example that the operation accepts', () => {
    const withBody = publicOperations.filter(({ body, access }) => body && access !== 'service');
    for (const { id, body } of withBody) {
      expect(requestExamples).toHaveProperty([id]);
      expect({ id, ...body?.safeParse(requestExamples[id]) }).toMatchObject({ id, success: true });
    }
    const ids = new Set(withBody.map(({ id }) => id));
    expect(Object.keys(requestExamples).filter((id) => !ids.has(id))).toEqual([]);
  });

  it('gives examples of schemas that the schemas accept', () => {
    let examples = 0;
    for (const [name, { schema, example }] of Object.entries(namedSchemas)) {
      if (example === undefined) continue;
      examples += 1;
      expect({ name, ...schema.safeParse(example) }).toMatchObject({ name, success: true });
    }
    expect(examples).toBeGreaterThanOrEqual(5);
  });
});
