import { createHash } from 'node:crypto';
import type { Actor } from './actor';
import { callKeyName, ConfigError, type KeyConfig } from './config';

const derived = new Map<string, string>();
/** A process derives few keys; tests use many secrets. */
const MAX_KEPT = 200;

/** The chart derives the same keys. Its templates have SHA-256 but no HMAC, so this is no HKDF. */
function derive(secret: string, purpose: string): string {
  const text = `${purpose}\n${secret}`;
  const kept = derived.get(text);
  if (kept !== undefined) return kept;
  const made = createHash('sha256').update(text).digest('hex');
  if (derived.size >= MAX_KEPT) derived.clear();
  derived.set(text, made);
  return made;
}

/** The key of one service, from INTERNAL_TOKEN_KEY. The service verifies tokens with it and derives its other keys. */
export const serviceKey = (tokenKey: string, service: string): string =>
  derive(tokenKey, `bramble key of ${service}`);

/** The key that signs tokens for `service` by callers of one kind, from the key of that service. */
export const callKey = (ownKey: string, service: string, kind: Actor['kind']): string =>
  derive(ownKey, `bramble key of a ${kind} that calls ${service}`);

export interface InternalKeys {
  /** This service's own key; throws ConfigError when the process has none. */
  own: () => string;
  /** The key of calls to `service`; throws ConfigError when the process may not make them. */
  toCall: (service: string, kind: Actor['kind']) => string;
}

/** The keys that the process `self` has. */
export function internalKeys(config: KeyConfig, self?: string): InternalKeys {
  const { INTERNAL_TOKEN_KEY: tokenKey } = config;
  const ownKey =
    config.INTERNAL_KEY ??
    (tokenKey === undefined || self === undefined ? undefined : serviceKey(tokenKey, self));

  function own(): string {
    if (ownKey === undefined) throw new ConfigError(['INTERNAL_KEY is missing']);
    return ownKey;
  }

  function toCall(service: string, kind: Actor['kind']): string {
    const name = callKeyName(kind, service);
    const given = config[name];
    if (given !== undefined) return given;
    if (service === self && ownKey !== undefined) return callKey(ownKey, service, kind);
    if (tokenKey === undefined) throw new ConfigError([`${name} is missing`]);
    return callKey(serviceKey(tokenKey, service), service, kind);
  }

  return { own, toCall };
}
