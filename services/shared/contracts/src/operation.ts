import type { z } from 'zod';
import type { ErrorCode } from './errors';
import type { ServiceName } from './services';

export type Role = 'customer' | 'seller' | 'courier' | 'admin';

/** The shop's own cookies: a session's access token and refresh token, and a guest's cart. */
export const cookieNames = ['access', 'refresh', 'cart'] as const;
export type CookieName = (typeof cookieNames)[number];

/**
 * Who may call an operation. `anyone`; `user` (any session); a list of roles (one of them is enough); `service` (only
 * services, never through the gateway). All others are refused; `user` and roles are for users whose request the gateway
 * forwards, and not for a service that acts for a user.
 */
export type Access = 'anyone' | 'user' | 'service' | readonly Role[];

/** Classes with rate limits of their own; every other operation counts as a read (GET) or a write. */
export type OperationLimit = 'signup' | 'login' | 'token' | 'account';

/**
 * One HTTP operation as data. A service implements it, the gateway documents it in OpenAPI, clients call it. `path` is
 * absolute with `:name` parameters. `responses` maps a status to the schema of its body, or to null for no body.
 */
export interface Operation {
  /** A verb and its object, unique in the shop: the operation's name in generated clients. */
  readonly id: string;
  /** The service that implements it. `every` (internal operations only): each service that consumes events. */
  readonly service: ServiceName | 'every';
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly aliases?: readonly string[];
  /** One line. */
  readonly summary: string;
  /** Further documentation for callers; every operation that the gateway forwards has one. */
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
  /** True when jobs may call it too, and services that act for nobody, with an internal token. */
  readonly jobs?: boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly multipart?: boolean;
  readonly idempotent?: boolean;
  readonly ifMatch?: 'required' | 'optional';
  readonly limit?: OperationLimit;
  /**
   * The answer is the same for all callers, so the gateway may cache it for less than a second. A cached `product` is
   * dropped when that product changes, a `list` shortly after any product changed.
   */
  readonly shared?: 'product' | 'list';
  /** A 2xx answer invalidates all cached public answers. */
  readonly changes?: 'catalogue';
  /** The cookies that the gateway forwards to the service. */
  readonly cookies?: readonly CookieName[];
  /** The service does not learn who calls, and the gateway does not check the session: sign-in and sign-up. */
  readonly anonymous?: true;
  /**
   * The operation hashes a password or takes an upload, so its answer may take two minutes to begin, and it waits for its turn behind
   * other slow requests of its address.
   */
  readonly slow?: true;
  /** The provider that signs the body; such a request may come from another origin. */
  readonly signedBy?: 'stripe';
  /** Called every few seconds by another service; its answers are logged at debug level. */
  readonly polled?: true;
  /** The media type of a successful answer that is not JSON. */
  readonly produces?: 'text/html' | 'image/*' | '*/*';
  /** Error codes in addition to those that follow from the other fields. */
  readonly errors?: readonly ErrorCode[];
  readonly responses: Readonly<Record<number, z.ZodType | null>>;
}

/** A path as OpenAPI, metrics and spans write it: `/api/orders/:id` → `/api/orders/{id}`. */
export const templateOf = (path: string): string => path.replace(/:([A-Za-z]+)/g, '{$1}');

/** Declares an operation and keeps its exact type, so that handlers and clients infer their input and output. */
export const operation = <const O extends Operation>(definition: O): O => definition;

/** A parsed part of an operation's request; undefined when the operation has no such part. */
export type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The success statuses of an operation. */
export type SuccessStatus<O extends Operation> = keyof O['responses'] & (200 | 201 | 202 | 204);
type SuccessSchema<O extends Operation> = O['responses'][SuccessStatus<O>];

/** The body of a successful answer (undefined for 204). */
export type Answer<O extends Operation> =
  SuccessSchema<O> extends infer S ? (S extends z.ZodType ? z.output<S> : undefined) : never;

/** The status of a successful answer: the only 2xx among the responses. */
export const successOf = ({ responses }: Pick<Operation, 'responses'>): number =>
  Number(Object.keys(responses).find((status) => status.startsWith('2')) ?? 200);
