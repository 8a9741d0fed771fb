import { z } from 'zod';
import { fieldTexts } from './fields/field-texts';
import { schemaNames } from './schema-names';

export type Json = Record<string, unknown>;
type Direction = 'input' | 'output';

/** The schemas that become components of the document, by name. */
export type NamedSchemas = Record<string, Json>;

/** JSON Schema refers to `#/$defs/X`, OpenAPI to `#/components/schemas/X`. */
function relocate(json: Json): Json {
  return JSON.parse(
    JSON.stringify(json)
      .replaceAll('"#/$defs/__schema0"', '"#/components/schemas/Json"')
      .replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as Json;
}

/** Marks an object of which the sentences are known. They are put into its fields once the schema is complete. */
const TEXTS = 'x-texts';

function markTexts({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: object }): void {
  const known = fieldTexts.get(zodSchema as z.ZodType);
  if (known) Object.assign(jsonSchema, { [TEXTS]: known.texts });
}

/** Puts the sentences of marked objects into their fields, at any depth. */
function withTexts(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withTexts);
  if (typeof json !== 'object' || json === null) return json;
  const { [TEXTS]: texts, ...rest } = json as Json & { [TEXTS]?: Record<string, string> };
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withTexts(value)]));
  if (!texts || !inner['properties']) return inner;
  const fields = Object.entries(inner['properties'] as Record<string, Json>).map(([name, field]) => [
    name,
    texts[name] === undefined ? field : { ...field, description: texts[name] },
  ]);
  return { ...inner, properties: Object.fromEntries(fields) as Json };
}

/** Booleans in a query are written as `true` or `false`. */
function booleanOf(json: Json): Json {
  const values = json['enum'];
  const isBoolean = Array.isArray(values) && values.join() === 'true,false';
  return isBoolean ? { type: 'boolean' } : json;
}

/**
 * A zod schema as an OpenAPI 3.1 schema; named schemas are added to `named`. Rules that a schema checks in code only
 * (such as "ends after it starts") are left out.
 */
export function schemaOf(schema: z.ZodType, io: Direction, named: NamedSchemas): Json {
  const {
    $schema: _schema,
    $id: _id,
    $defs = {},
    id: _own,
    ...json
  } = withTexts(
    z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      target: 'draft-2020-12',
      metadata: io === 'output' ? schemaNames : z.registry<{ id: string }>(),
      override: markTexts,
    }),
  ) as Json & { $defs?: Record<string, Json> };
  for (const [name, { id: _name, ...definition }] of Object.entries($defs))
    named[name === '__schema0' ? 'Json' : name] = relocate(definition);
  return booleanOf(relocate(json));
}

/** The fields of an object schema as parameters of a path or query. `textOf` describes a field that the schema does not. */
export function parametersIn(
  schema: z.ZodObject | undefined,
  where: 'path' | 'query',
  named: NamedSchemas,
  textOf: (name: string) => string | undefined = () => undefined,
): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input', named) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description = textOf(name), ...property }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    description,
    schema: booleanOf(property),
  }));
}
