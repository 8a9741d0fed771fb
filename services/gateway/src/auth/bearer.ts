import type { IncomingHttpHeaders } from 'node:http';

/** The token of an `Authorization: Bearer` header. */
export const bearerOf = ({ authorization = '' }: IncomingHttpHeaders): string | undefined =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
