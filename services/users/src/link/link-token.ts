import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { LinkPurpose } from './link';

export type LinkSigner = ReturnType<typeof createLinkSigner>;

/**
 * Signs links: `<link id>.<HMAC of purpose and id>`. The database keeps only the id, so reading it yields no working
 * link, and a forged one is refused without asking the database.
 */
export function createLinkSigner(secret: string) {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'bramble one-time links', 32));
  const mac = (purpose: LinkPurpose, id: string) =>
    createHmac('sha256', key).update(`${purpose}:${id}`).digest();

  return {
    sign: (purpose: LinkPurpose, id: string): string => `${id}.${mac(purpose, id).toString('base64url')}`,

    /** The link's id, or undefined when this is not a link of ours for this purpose. */
    open: (purpose: LinkPurpose, token: string): string | undefined => {
      const [id = '', signature = ''] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const wanted = mac(purpose, id);
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? id : undefined;
    },
  };
}
