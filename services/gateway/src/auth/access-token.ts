import { LRUCache } from 'lru-cache';
import { Strategy, type StrategyOptionsWithRequest } from 'passport-jwt';
import {
  type AccessClaims,
  accessClaimsSchema,
  accessTokenType,
  tokenAudience,
  tokenIssuer,
} from '@bramble/contracts/sessions';
import type { KeySet } from './key-set';

export type AccessTokenVerifier = (token: string) => Promise<AccessClaims | undefined>;

interface TokenRequest {
  token: string;
}
/** The method of a passport strategy by which it reports the outcome; passport adds it. */
interface Attempt {
  success(claims: AccessClaims): void;
  fail(): void;
  error(error: unknown): void;
  authenticate(req: TokenRequest): void;
}

const MAX_TOKEN = 4_096;
/** The number of sessions that are active within ten minutes on one board, at about 1 kB each. */
const MAX_CACHED = 10_000;

/** The key id in the header of a token; undefined when the header is not that of an access token. */
function kidOf(token: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
    if (typeof header !== 'object' || header === null) return undefined;
    const { typ, alg, kid, ...others } = header as Record<string, unknown>;
    if (typ !== accessTokenType || alg !== 'ES256' || typeof kid !== 'string') return undefined;
    return Object.keys(others).length === 0 && kid.length <= 64 ? kid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Verifies access tokens with passport-jwt: ES256, a key that users publishes, our issuer, audience and type, not
 * expired. Answers the claims, or undefined for any other token; throws when the keys cannot be fetched. Verified
 * tokens are cached until they expire or their key is revoked.
 */
export function createAccessTokenVerifier(keys: KeySet): AccessTokenVerifier {
  const known = new LRUCache<string, { claims: AccessClaims; kid: string }>({ max: MAX_CACHED });
  const options: StrategyOptionsWithRequest = {
    jwtFromRequest: (req) => (req as unknown as TokenRequest).token,
    secretOrKeyProvider: (_req, token: string, done) => {
      const kid = kidOf(token);
      if (kid === undefined) {
        done(new Error('not an access token of this shop'));
        return;
      }
      keys.find(kid).then(
        (key) => {
          if (key) done(null, key);
          else done(new Error('unknown key'));
        },
        (error: unknown) => done(new SigningKeysUnavailable(error)),
      );
    },
    issuer: tokenIssuer,
    audience: tokenAudience,
    algorithms: ['ES256'],
    passReqToCallback: true,
  };
  const strategy = new Strategy(
    options,
    (_req: unknown, payload: unknown, done: (error: unknown, claims?: unknown) => void) => {
      const claims = accessClaimsSchema.safeParse(payload);
      done(null, claims.success ? claims.data : false);
    },
  );

  const verify = (token: string) =>
    new Promise<AccessClaims | undefined>((resolve, reject) => {
      const attempt = Object.create(strategy) as Attempt;
      attempt.success = resolve;
      attempt.fail = (reason?: unknown) =>
        reason instanceof SigningKeysUnavailable ? reject(reason.cause) : resolve(undefined);
      attempt.error = reject;
      attempt.authenticate({ token });
    });

  return async (token) => {
    const cached = known.get(token);
    if (cached) {
      if (cached.claims.exp > Date.now() / 1000 && keys.holds(cached.kid)) return cached.claims;
      known.delete(token);
      return undefined;
    }
    if (token.length > MAX_TOKEN) return undefined;
    const claims = await verify(token);
    const kid = kidOf(token);
    if (claims && kid !== undefined) known.set(token, { claims, kid });
    return claims;
  };
}

class SigningKeysUnavailable extends Error {
  override readonly name = 'SigningKeysUnavailable';
  constructor(cause: unknown) {
    super('the signing keys could not be fetched', { cause });
  }
}
