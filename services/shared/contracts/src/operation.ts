import type { z } from 'zod';
import type { ErrorCode } from './errors';
import type { ServiceName } from './services';

export type Role = 'customer' | 'seller' | 'courier' | 'admin';

/** The shop's own cookies: a session's access token and refresh token, and a guest's cart. */
export const cookieNames = ['access', 'refresh', 'cart'] as const;
export type CookieName = (typeof cookieNames)[number];

/**
 * Who may call an operation. `anyone`; `user` (any session); a list of roles (any one of them is enough);
 * `service` (only other parts of Bramble, never through the gateway). Denied unless it matches.
 */
export type Access = 'anyone' | 'user' | 'service' | readonly Role[];

/** Rate limits of their own; every other operation counts as a read (GET) or a write. */
export type OperationLimit = 'signup' | 'login' | 'token' | 'account';

/**
 * One HTTP operation as data. The service implements it, the gateway documents it in OpenAPI, clients call it by it.
 * `path` is absolute with `:name` parameters. `responses` maps a status to its body's schema, or to null for no body.
 */
export interface Operation {
  /** A verb and what it acts on, unique in the shop: the name of the operation in generated clients. */
  readonly id: string;
  /** Who answers. `every`: each service that consumes events answers for itself, which only internal operations may say. */
  readonly service: ServiceName | 'every';
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly aliases?: readonly string[];
  /** One line. */
  readonly summary: string;
  /** What a caller must know besides; every operation that strangers reach has one. */
  readonly description?: string;
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
  readonly limit?: OperationLimit;
  /**
   * The answer is the same for everybody, so the gateway may keep a copy for less than a second. A copy of a `product`
   * is dropped when that product changes, a `list` shortly after any product changed.
   */
  readonly shared?: 'product' | 'list';
  /** A 2xx answer makes all shared answers stale. */
  readonly changes?: 'catalogue';
  /** The cookies that the service gets; it gets no others. */
  readonly cookies?: readonly CookieName[];
  /** The service does not learn who calls, and the gateway does not check the session: how one signs in or up. */
  readonly anonymous?: true;
  /** Password hashes wait in line and uploads take long: the answer may take two minutes to begin. */
  readonly slow?: true;
  /** The body is signed by this provider, so a request from another origin passes. */
  readonly signedBy?: 'stripe';
  /** The media type of a successful answer that is not JSON. */
  readonly produces?: 'text/html' | 'image/*' | '*/*';
  /** Errors it can answer with, besides those that follow from its other fields. */
  readonly errors?: readonly ErrorCode[];
  readonly responses: Readonly<Record<number, z.ZodType | null>>;
}

/** A path as OpenAPI, metrics and spans write it: `/api/orders/:id` → `/api/orders/{id}`. */
export const templateOf = (path: string): string => path.replace(/:([A-Za-z]+)/g, '{$1}');

/** Declares an operation and keeps its exact type, so that handlers and clients infer their input and output. */
export const operation = <const O extends Operation>(definition: O): O => definition;

/** A parsed part of an operation's request, or undefined where the operation has none. */
export type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The statuses by which an operation succeeds. */
export type SuccessStatus<O extends Operation> = keyof O['responses'] & (200 | 201 | 202 | 204);
type SuccessSchema<O extends Operation> = O['responses'][SuccessStatus<O>];

/** The body of an operation's successful answer (undefined for 204). */
export type Answer<O extends Operation> =
  SuccessSchema<O> extends infer S ? (S extends z.ZodType ? z.output<S> : undefined) : never;

/** The status of an operation's successful answer: the only 2xx among its responses. */
export const successOf = ({ responses }: Pick<Operation, 'responses'>): number =>
  Number(Object.keys(responses).find((status) => status.startsWith('2')) ?? 200);
