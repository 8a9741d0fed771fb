import type { z } from 'zod';

export type Role = 'customer' | 'seller' | 'courier' | 'admin';

/**
 * Who may call an operation. `anyone`; `user` (any session); a list of roles (any one of them is enough);
 * `service` (only other parts of Bramble, never through the gateway). Denied unless it matches.
 */
export type Access = 'anyone' | 'user' | 'service' | readonly Role[];

/**
 * One HTTP operation as data. The service implements it, the gateway documents it in OpenAPI, clients call it by it.
 * `path` is absolute with `:name` parameters. `responses` maps a status to its body's schema, or to null for no body.
 */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  /** May jobs and services call it too (with an internal token), besides `access`? */
  readonly jobs?: boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly multipart?: boolean;
  readonly idempotent?: boolean;
  readonly ifMatch?: 'required' | 'optional';
  readonly responses: Readonly<Record<number, z.ZodType | null>>;
}

/** Declares an operation and keeps its exact type, so that handlers and clients infer their input and output. */
export const operation = <const O extends Operation>(definition: O): O => definition;

/** A parsed part of an operation's request, or undefined where the operation has none. */
export type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

type SuccessSchema<O extends Operation> = O['responses'][keyof O['responses'] & (200 | 201 | 202 | 204)];

/** What a caller may send for a part of an operation: before defaults are filled in. */
export type Sent<S> = S extends z.ZodType ? z.input<S> : undefined;

/** The body of an operation's successful answer (undefined for 204). */
export type Answer<O extends Operation> =
  SuccessSchema<O> extends infer S ? (S extends z.ZodType ? z.output<S> : undefined) : never;

/** The path and query of a call, such as `/api/orders/1?limit=20`; undefined query values are left out. */
export function pathOf(operation: Operation, params: unknown, query: unknown): string {
  const values = (params ?? {}) as Record<string, unknown>;
  const path = operation.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(String(values[name])),
  );
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}
