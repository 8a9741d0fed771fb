import { z } from 'zod';
import { errorCodes, problemSchema } from '@bramble/contracts/errors';
import { templateOf, type Access, type Operation } from '@bramble/contracts/operation';
import { schemaNames } from './schema-names';

type Json = Record<string, unknown>;
type Direction = 'input' | 'output';

const UPLOAD = {
  type: 'object',
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
  required: ['file'],
};

/** Collects the named schemas that an answer or a request refers to. */
type Named = Record<string, Json>;

/** What JSON Schema calls `#/$defs/X` is `#/components/schemas/X` in a document of OpenAPI. */
const relocated = (json: Json): Json =>
  JSON.parse(
    JSON.stringify(json)
      .replaceAll('"#/$defs/__schema0"', '"#/components/schemas/Json"')
      .replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as Json;

/** JSON Schema as OpenAPI 3.1 takes it; what a schema only checks in code is left to the prose. */
function schemaOf(schema: z.ZodType, io: Direction, named: Named): Json {
  const {
    $schema: _schema,
    $id: _id,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    metadata: io === 'output' ? schemaNames : z.registry<{ id: string }>(),
  }) as Json & { $defs?: Record<string, Json> };
  for (const [name, { id: _own, ...definition }] of Object.entries($defs))
    named[name === '__schema0' ? 'Json' : name] = relocated(definition);
  return relocated(json);
}

/** One answer per error status, with all codes that can come with it. */
const errorAnswers: Record<string, Json> = Object.fromEntries(
  [...new Set(Object.values(errorCodes).map(({ status }) => status))].map((status) => [
    `Error${status}`,
    {
      description: Object.entries(errorCodes)
        .filter(([, definition]) => definition.status === status)
        .map(([code, definition]) => `${code}: ${definition.title}`)
        .join('; '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]),
);

/** The statuses an operation can answer with besides its own, from what it asks of a request. */
function errorsOf(operation: Operation): Record<string, Json> {
  const { access, params, body, multipart, query, idempotent, ifMatch, method } = operation;
  const statuses = new Set([429, 500, 502, 503, 504]);
  if (access !== 'anyone') statuses.add(401);
  if (method !== 'get' || (access !== 'anyone' && access !== 'user')) statuses.add(403);
  if (params || query) statuses.add(404);
  if (query || body || idempotent || params) statuses.add(400);
  if (method !== 'get') for (const status of [404, 409, 413, 415]) statuses.add(status);
  for (const code of operation.errors ?? []) statuses.add(errorCodes[code].status);
  if (idempotent || multipart) statuses.add(422);
  if (ifMatch) for (const status of [412, 428]) statuses.add(status);
  return Object.fromEntries(
    [...statuses].sort().map((status) => [String(status), { $ref: `#/components/responses/Error${status}` }]),
  );
}

function parametersOf({ params, query, idempotent, ifMatch }: Operation, named: Named): Json[] {
  const list = (schema: z.ZodObject | undefined, where: 'path' | 'query') => {
    if (!schema) return [];
    const { properties = {}, required = [] } = schemaOf(schema, 'input', named) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      schema: property,
    }));
  };
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', minLength: 1 },
  });
  return [
    ...list(params, 'path'),
    ...list(query, 'query'),
    ...(idempotent
      ? [header('Idempotency-Key', true, 'The same key and body get the same answer for 24 hours.')]
      : []),
    ...(ifMatch
      ? [header('If-Match', ifMatch === 'required', 'The version that is to be changed, as in its ETag.')]
      : []),
  ];
}

const securityOf = (access: Access): Json[] => (access === 'anyone' ? [] : [{ cookie: [] }, { bearer: [] }]);

function describe(operation: Operation, named: Named): Json {
  const { body, multipart, responses, access, summary, tag, produces = 'application/json' } = operation;
  const content = multipart
    ? { 'multipart/form-data': { schema: UPLOAD } }
    : body
      ? { 'application/json': { schema: schemaOf(body, 'input', named) } }
      : undefined;
  const optional = body?.safeParse({}).success === true;
  return {
    operationId: operationId(operation),
    tags: [tag],
    summary,
    'x-access': access,
    security: securityOf(access),
    parameters: parametersOf(operation, named),
    ...(content ? { requestBody: { required: !optional, content } } : {}),
    responses: {
      ...errorsOf(operation),
      ...Object.fromEntries(
        Object.entries(responses).map(([status, schema]) => [
          status,
          schema
            ? {
                description: summary,
                content: { [produces]: { schema: schemaOf(schema, 'output', named) } },
              }
            : { description: summary },
        ]),
      ),
    },
  };
}

/** `POST /api/orders/:id/cancel` → `postOrdersIdCancel` */
const operationId = ({ method, path }: Operation) =>
  method +
  path
    .replace('/api', '')
    .split(/[/:.-]+/)
    .filter(Boolean)
    .map((part) => (part[0] ?? '').toUpperCase() + part.slice(1))
    .join('');

/** The OpenAPI 3.1 document of everything behind this door, from the same contracts that the services check by. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {};
  const named: Named = {};
  for (const operation of operations)
    for (const [index, path] of [operation.path, ...(operation.aliases ?? [])].entries()) {
      const template = templateOf(path);
      const described = describe(operation, named);
      paths[template] = {
        ...paths[template],
        [operation.method]:
          index === 0
            ? described
            : { ...described, operationId: `${String(described['operationId'])}Alias${index}` },
      };
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bramble',
      version,
      description:
        'A marketplace. Errors are problem documents (RFC 9457) with a stable code. Unsafe requests from browsers must come from the shop itself. x-access names who may call: anyone, user (any session), or one of the roles.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: {
        ...named,
        Problem: { ...schemaOf(problemSchema, 'output', named), additionalProperties: true },
      },
      responses: errorAnswers,
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-bramble_access' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
}
