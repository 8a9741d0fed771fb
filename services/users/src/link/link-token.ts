import { jwtVerify, SignJWT } from 'jose';
import { derivedKey } from '@bramble/service-kit/base/derived-key';
import type { LinkPurpose } from './link';

export type LinkSigner = ReturnType<typeof createLinkSigner>;

const ALGORITHM = 'HS256';

/**
 * Signs links: a JWT that names the link's id and has its purpose as audience, with a key for that purpose alone. The
 * database keeps only the id (and when the link expires), so reading it yields no working link, and a forged one is
 * refused without asking the database.
 */
export function createLinkSigner(secret: string) {
  const keyFor = (purpose: LinkPurpose) => derivedKey(secret, `bramble one-time link for ${purpose}`);

  return {
    sign: (purpose: LinkPurpose, id: string): Promise<string> =>
      new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM })
        .setJti(id)
        .setAudience(purpose)
        .sign(keyFor(purpose)),

    /** The link's id, or undefined when this is not a link of ours for this purpose. */
    open: async (purpose: LinkPurpose, token: string): Promise<string | undefined> => {
      const options = { algorithms: [ALGORITHM], audience: purpose, requiredClaims: ['jti'] };
      const verified = await jwtVerify(token, keyFor(purpose), options).catch(() => undefined);
      return verified?.payload.jti;
    },
  };
}
