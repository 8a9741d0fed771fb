import { jwtVerify, SignJWT } from 'jose';
import { derivedKey } from '@bramble/service-kit/base/derived-key';
import type { LinkPurpose } from './link';

export type LinkSigner = ReturnType<typeof createLinkSigner>;

const ALGORITHM = 'HS256';

/**
 * Signs links: a JWT with the link's id and its purpose as audience, signed with a key for that purpose only. The
 * database stores only the id and the expiry, so a stolen database contains no working link, and a forged link is
 * refused without a query.
 */
export function createLinkSigner(secret: string) {
  const keyFor = (purpose: LinkPurpose) => derivedKey(secret, `bramble one-time link for ${purpose}`);

  function sign(purpose: LinkPurpose, id: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setJti(id)
      .setAudience(purpose)
      .sign(keyFor(purpose));
  }

  /** The link's id; undefined when the token was not signed here for this purpose. */
  async function open(purpose: LinkPurpose, token: string): Promise<string | undefined> {
    const options = { algorithms: [ALGORITHM], audience: purpose, requiredClaims: ['jti'] };
    const verified = await jwtVerify(token, keyFor(purpose), options).catch(() => undefined);
    return verified?.payload.jti;
  }

  return { sign, open };
}
