import { errorCodes, problemSchema } from '@bramble/contracts/errors';
import { type Access, type Operation, templateOf } from '@bramble/contracts/operation';
import { answerExamples } from './examples/answers';
import { requestExamples, stripeEvent } from './examples/requests';
import { pathTextOf } from './fields/path-parameters';
import { errorResponse, errorStatusesOf, headerComponents, successHeaders } from './responses';
import { type Json, type NamedSchemas, parametersIn, schemaOf } from './schemas';

const UPLOAD = {
  type: 'object',
  properties: {
    file: {
      type: 'string',
      contentMediaType: 'application/octet-stream',
      description:
        'The picture as a JPEG, PNG, WebP, GIF, HEIF or AVIF file of at most 5 MB; its name does not matter.',
    },
  },
  required: ['file'],
};

const STRIPE_EVENT = {
  type: 'object',
  description:
    'An event in the form of Stripe. An event of a type that the shop does not need changes nothing.',
};

const TAGS: Readonly<Record<string, string>> = {
  accounts: 'Sign up, sign in, profiles, roles and the audit log.',
  catalogue: 'Products, categories, pictures and stock.',
  cart: 'The basket, with or without an account.',
  orders: 'Placing, following, cancelling and refunding orders, and what was sold.',
  payments: 'Prices of a basket, payments of an order, discount codes.',
  deliveries: 'Where an order is, and what couriers do.',
  shop: 'The shop itself: health, contract, dashboard.',
  operations: 'What keeps the shop running.',
};

/** The OpenAPI 3.1 document of these operations, generated from the contracts that the services validate by. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const named: NamedSchemas = {};
  const paths: Record<string, Json> = {};
  const errors = new Set<number>();
  for (const operation of operations) {
    const described = describe(operation, named);
    errorStatusesOf(operation).forEach((status) => errors.add(status));
    for (const [index, path] of [operation.path, ...(operation.aliases ?? [])].entries()) {
      const template = templateOf(path);
      const entry = index === 0 ? described : aliasOf(described, operation, path);
      paths[template] = { ...paths[template], [operation.method]: entry };
    }
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
    servers: [{ url: '/', description: 'This shop' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name, description: TAGS[name] })),
    paths,
    components: {
      schemas: {
        ...named,
        Problem: { ...schemaOf(problemSchema, 'output', named), additionalProperties: true },
      },
      headers: headerComponents,
      responses: Object.fromEntries(
        [...errors].sort((a, b) => a - b).map((status) => [`Error${status}`, errorResponse(status)]),
      ),
      securitySchemes: {
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-bramble_access',
          description: 'The session of a browser. Over plain http its name is `bramble_access`.',
        },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
}

function describe(operation: Operation, named: NamedSchemas): Json {
  const { id, tag, summary, description, access } = operation;
  const requestBody = requestBodyOf(operation, named);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    'x-access': access,
    security: securityOf(access),
    parameters: parametersOf(operation, named),
    ...(requestBody ? { requestBody } : {}),
    responses: responsesOf(operation, named),
  };
}

/** The path item of an alias: an older path of the same operation. Its id has the last word of that path. */
function aliasOf(described: Json, { id, path }: Operation, alias: string): Json {
  const word = alias.slice(alias.lastIndexOf('/') + 1);
  return {
    ...described,
    operationId: `${id}At${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    deprecated: true,
    description: `The same as \`${path}\`.`,
  };
}

const securityOf = (access: Access): Json[] => (access === 'anyone' ? [] : [{ cookie: [] }, { bearer: [] }]);

function parametersOf(
  { path, params, query, idempotent, ifMatch, signedBy }: Operation,
  named: NamedSchemas,
): Json[] {
  const header = (name: string, required: boolean, description: string, example: string) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', minLength: 1 },
    example,
  });
  const key = 'The same key and body get the same answer for 24 hours; a UUID serves well.';
  const version = 'The version that is to be changed, or the whole ETag.';
  return [
    ...parametersIn(params, 'path', named, pathTextOf(path)),
    ...parametersIn(query, 'query', named),
    ...(idempotent ? [header('Idempotency-Key', true, key, '7d1f3c58-52a4-4c36-b3a5-90a1c3f0b6f4')] : []),
    ...(ifMatch ? [header('If-Match', ifMatch === 'required', version, '"3"')] : []),
    ...(signedBy === 'stripe'
      ? [
          header(
            'Stripe-Signature',
            false,
            'Made by Stripe over the raw body; without it the request is refused. A shop without Stripe answers 404.',
            't=1764000000,v1=5257a869',
          ),
        ]
      : []),
  ];
}

function requestBodyOf({ id, body, multipart, signedBy }: Operation, named: NamedSchemas): Json | undefined {
  if (multipart) return { required: true, content: { 'multipart/form-data': { schema: UPLOAD } } };
  if (signedBy === 'stripe')
    return {
      required: true,
      content: { 'application/json': { schema: STRIPE_EVENT, example: stripeEvent } },
    };
  if (!body) return undefined;
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}Body`;
  named[name] = schemaOf(body, 'input', named);
  const example = requestExamples[id];
  return {
    required: !body.safeParse({}).success,
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${name}` },
        ...(example === undefined ? {} : { example }),
      },
    },
  };
}

function responsesOf(operation: Operation, named: NamedSchemas): Json {
  const { id, responses, summary, produces = 'application/json' } = operation;
  const errors = errorStatusesOf(operation).map((status) => [
    String(status),
    { $ref: `#/components/responses/Error${status}` },
  ]);
  const example = answerExamples[id];
  const answers = Object.entries(responses).map(([status, schema]) => {
    const isError = Number(status) >= 400;
    const content = schema && {
      schema: schemaOf(schema, 'output', named),
      ...(isError || example === undefined ? {} : { example }),
    };
    return [
      status,
      {
        description: isError ? errorTitle(Number(status)) : summary,
        headers: successHeaders(operation),
        ...(content ? { content: { [produces]: content } } : {}),
      },
    ];
  });
  return Object.fromEntries([...errors, ...answers]) as Json;
}

const errorTitle = (status: number): string =>
  Object.values(errorCodes).find((definition) => definition.status === status)?.title ?? '';
