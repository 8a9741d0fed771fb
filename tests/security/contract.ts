/** An operation as the running shop documents it. */
export interface Documented {
  method: string;
  path: string;
  access: 'anyone' | 'user' | string[];
  multipart: boolean;
}
interface Document {
  paths: Record<
    string,
    Record<string, { 'x-access': Documented['access']; requestBody?: { content: object } }>
  >;
}

/** Every operation of the shop's own OpenAPI document. */
export async function documented(url: string): Promise<Documented[]> {
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      access: operation['x-access'],
      multipart: 'multipart/form-data' in (operation.requestBody?.content ?? {}),
    })),
  );
}

export const isUnsafe = ({ method }: Documented): boolean => method !== 'GET';
