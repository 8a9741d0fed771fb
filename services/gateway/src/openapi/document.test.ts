import type { z } from 'zod';
import { successOf } from '@bramble/contracts/operation';
import { publicOperations } from '@bramble/contracts/public-operations';
import { openApiDocument } from './openapi';

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Described {
  readonly name: string;
  readonly description?: string;
}
interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}
interface Documented {
  readonly operationId: string;
  readonly parameters: readonly Described[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

const document = openApiDocument(publicOperations, '0.0.0') as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Every field of every object in a schema, by its path. */
function fieldsIn(schema: unknown, path: string): [path: string, field: Schema][] {
  if (!isObject(schema)) return [];
  const { properties = {}, example: _example, examples: _examples, ...rest } = schema;
  const own = Object.entries(properties as Record<string, Schema>).flatMap(
    ([name, field]): [string, Schema][] => [
      [`${path}.${name}`, field],
      ...fieldsIn(field, `${path}.${name}`),
    ],
  );
  return [...own, ...Object.values(rest).flatMap((part) => fieldsIn(part, path))];
}

const fields = [
  ...Object.entries(document.components.schemas).flatMap(([name, schema]) => fieldsIn(schema, name)),
  ...operations.flatMap(({ operationId, requestBody, responses }) =>
    fieldsIn({ requestBody, responses }, operationId),
  ),
];
const parameters = operations.flatMap(({ operationId, parameters: all }) =>
  all.map((parameter): [string, Described] => [`${operationId} ${parameter.name}`, parameter]),
);

/** A sentence with a verb has more words than a repetition of the field's name. */
const isSentence = (text: string | undefined): boolean =>
  text !== undefined && /^[A-Z`][\s\S]*\.$/.test(text) && text.split(' ').length >= 4;
const undescribed = (described: readonly [string, { description?: string }][]): string[] =>
  described.filter(([, { description }]) => !isSentence(description)).map(([path]) => path);

/** The public operations that answer JSON, with that answer in the document. */
const answers = publicOperations.flatMap(({ id, produces, responses }) => {
  const status = successOf({ responses });
  const schema: z.ZodType | null | undefined = responses[status];
  if (!schema || produces) return [];
  const operation = operations.find(({ operationId }) => operationId === id);
  return [{ id, schema, example: operation?.responses[status]?.content?.['application/json']?.example }];
});

/** Every object in a value, itself included. */
const objectsIn = (value: unknown): Record<string, unknown>[] =>
  isObject(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];

describe('the OpenAPI document', () => {
  it('describes every field of every schema in a sentence', () => {
    expect(fields.length).toBeGreaterThan(300);
    expect(undescribed(fields)).toEqual([]);
  });

  it('describes every parameter in a sentence', () => {
    expect(parameters.length).toBeGreaterThan(90);
    expect(undescribed(parameters)).toEqual([]);
  });

  it('gives every JSON answer an example that is exactly what its schema describes', () => {
    expect(answers.length).toBeGreaterThan(40);
    expect(answers.filter(({ example }) => example === undefined).map(({ id }) => id)).toEqual([]);
    // A field that the schema does not know would be missing from the parsed example.
    for (const { id, schema, example } of answers)
      expect({ id, example: schema.parse(example) }).toEqual({ id, example });
  });

  it('has examples whose sums add up', () => {
    const totals = answers
      .flatMap(({ example }) => objectsIn(example))
      .filter((object) => 'subtotal' in object && 'total' in object)
      .map((object) =>
        Object.fromEntries(
          Object.entries(object as Record<string, { amount: number }>).map(([name, { amount }]) => [
            name,
            amount,
          ]),
        ),
      );
    expect(totals.length).toBeGreaterThan(10);
    for (const { subtotal = NaN, discount = NaN, shipping = NaN, total } of totals)
      expect(subtotal - discount + shipping).toBe(total);
  });

  it('has examples that tell of the same product, seller and price throughout', () => {
    const lines = answers
      .flatMap(({ example }) => objectsIn(example))
      .filter((object) => 'unitPrice' in object);
    expect(lines.length).toBeGreaterThan(10);
    const told = new Set(
      lines.map(({ productId, sellerId, title, unitPrice }) =>
        JSON.stringify({ productId, sellerId, title, unitPrice }),
      ),
    );
    expect(told.size).toBe(1);
  });
});
