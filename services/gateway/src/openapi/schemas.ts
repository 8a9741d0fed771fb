import { z } from 'zod';
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
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    metadata: io === 'output' ? schemaNames : z.registry<{ id: string }>(),
  }) as Json & { $defs?: Record<string, Json> };
  for (const [name, { id: _name, ...definition }] of Object.entries($defs))
    named[name === '__schema0' ? 'Json' : name] = relocate(definition);
  return booleanOf(relocate(json));
}

/** The fields of an object schema as parameters of a path or query. */
export function parametersIn(
  schema: z.ZodObject | undefined,
  where: 'path' | 'query',
  named: NamedSchemas,
): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input', named) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: booleanOf(property),
  }));
}
