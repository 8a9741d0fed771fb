import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { operatorEntry } from '../audit/audit.service';
import { seal, unseal } from './key-seal';
import type { KeyRepository, KeyState, StoredKey } from './key.repository';

export interface SigningKey {
  kid: string;
  key: KeyObject;
}
export type KeyService = ReturnType<typeof createKeyService>;

/** How long a process may sign with a cached key, also after the key was retired or revoked. */
const FRESH_MS = 2_000;

/**
 * The ES256 keys that sign access tokens. One is current. The next one is published before it signs, so that verifiers
 * know it already when `rotate` makes it current.
 */
export function createKeyService({
  keys,
  secret,
  onRevoked = () => undefined,
}: {
  keys: KeyRepository;
  secret: string;
  /** Called once for each key that this process knew and that was revoked, here or by the command line. */
  onRevoked?: (kid: string) => void;
}) {
  let known: readonly string[] = [];
  let cached: { at: number; all: StoredKey[]; signing: SigningKey } | undefined;

  const make = (state: KeyState): StoredKey => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const kid = randomUUID();
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    return {
      kid,
      publicJwk: { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '', kid, alg: 'ES256', use: 'sig' },
      privateKey: seal(secret, privateKey.export({ format: 'der', type: 'pkcs8' })),
      state,
    };
  };
  const opened = (stored: StoredKey | undefined): KeyObject | undefined => {
    const der = stored && unseal(secret, stored.privateKey);
    return der && createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  };
  /** The usable keys. A key that is no longer among them was retired an hour ago, or it was revoked and has no row. */
  const usable = async (): Promise<StoredKey[]> => {
    const all = await keys.usable();
    const kids = all.map(({ kid }) => kid);
    const missing = known.filter((kid) => !kids.includes(kid));
    known = kids;
    if (missing.length > 0) for (const kid of await keys.withoutRow(missing)) onRevoked(kid);
    return all;
  };
  const cacheKeys = (all: StoredKey[]) => {
    const current = all.find((key) => key.state === 'current');
    const key = opened(current);
    if (!current || !key) throw new Error('there is no signing key that INTERNAL_KEY opens');
    cached = { at: Date.now(), all, signing: { kid: current.kid, key } };
    return cached;
  };
  const fresh = async () =>
    cached && Date.now() - cached.at < FRESH_MS ? cached : cacheKeys(await usable());

  /** Creates missing keys, and replaces keys that were sealed with another key. */
  async function ensure(): Promise<void> {
    const all = await keys.change((existing) => {
      const unreadable = existing.filter((key) => key.state !== 'retired' && !opened(key));
      const has = (state: KeyState) =>
        existing.some((key) => key.state === state && !unreadable.includes(key));
      return Promise.resolve({
        retire: unreadable.map((key) => key.kid),
        add: (['current', 'next'] as const).filter((state) => !has(state)).map(make),
      });
    });
    cacheKeys(all);
  }

  /** Makes the next key current, retires the former one and creates a new next key. Returns the new current kid. */
  async function rotate(operator: string): Promise<string> {
    const all = await keys.change((existing) => {
      const next = existing.find((key) => key.state === 'next');
      const current = existing.find((key) => key.state === 'current');
      return Promise.resolve({
        retire: current ? [current.kid] : [],
        ...(next ? { promote: next.kid } : {}),
        add: next ? [make('next')] : [make('current'), make('next')],
        audit: operatorEntry(operator, { action: 'keys.rotated', target: next?.kid ?? 'new' }),
      });
    });
    return cacheKeys(all).signing.kid;
  }

  async function list(): Promise<{ kid: string; state: KeyState }[]> {
    return (await usable()).map(({ kid, state }) => ({ kid, state }));
  }

  /**
   * Removes a key, so that every token that it signed becomes invalid; the next key takes the place of the current one.
   * Returns the kid that signs from now on; undefined when there is no such key.
   */
  async function revoke(kid: string, operator: string): Promise<string | undefined> {
    let found = true;
    const all = await keys.change((existing) => {
      const revoked = existing.find((key) => key.kid === kid);
      const next = existing.find((key) => key.state === 'next');
      found = revoked !== undefined;
      if (!revoked) return Promise.resolve({ add: [] });
      const before = { state: revoked.state };
      const change = {
        remove: [kid],
        audit: operatorEntry(operator, { action: 'keys.revoked', target: kid, before }),
      };
      if (revoked.state === 'retired') return Promise.resolve({ ...change, add: [] });
      if (revoked.state === 'next') return Promise.resolve({ ...change, add: [make('next')] });
      return Promise.resolve({
        ...change,
        ...(next ? { promote: next.kid } : {}),
        add: next ? [make('next')] : [make('current'), make('next')],
      });
    });
    return found ? cacheKeys(all).signing.kid : undefined;
  }

  return {
    ensure,
    rotate,
    list,
    revoke,
    signing: async (): Promise<SigningKey> => (await fresh()).signing,
    published: async (): Promise<Record<string, string>[]> => (await usable()).map((key) => key.publicJwk),
  };
}
