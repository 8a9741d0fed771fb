import { shopUrl } from './shop';

/** A schema as far as the tests look into it. */
interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  $ref?: string;
}
/** An operation as the running shop documents it. */
export interface Documented {
  method: string;
  path: string;
  access: 'anyone' | 'user' | string[];
  multipart: boolean;
  /** Names of the query's parameters. */
  query: string[];
  /** Of the JSON body; undefined where none is taken. */
  body: Schema | undefined;
  /** A valid body. */
  example: Record<string, unknown> | undefined;
}
interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        'x-access': Documented['access'];
        parameters: { name: string; in: string }[];
        requestBody?: {
          content: Record<string, { schema: Schema; example?: Record<string, unknown> }>;
        };
      }
    >
  >;
}

/** Every operation of the shop's own OpenAPI document. */
export async function documented(): Promise<Documented[]> {
  const document = (await (await fetch(`${shopUrl()}/api/openapi.json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      access: operation['x-access'],
      multipart: 'multipart/form-data' in (operation.requestBody?.content ?? {}),
      query: operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name),
      body: operation.requestBody?.content['application/json']?.schema,
      example: operation.requestBody?.content['application/json']?.example,
    })),
  );
}

export const isUnsafe = ({ method }: Documented): boolean => method !== 'GET';
export const nameOf = ({ method, path }: Documented): string => `${method} ${path}`;

/** What would end the caller's own account or session, with which all else is tried. */
export const endsTheCaller = (operation: Documented): boolean =>
  [
    'DELETE /api/users/me',
    'DELETE /api/auth/sessions',
    'POST /api/auth/logout',
    'POST /api/users/me/password',
  ].includes(nameOf(operation));
