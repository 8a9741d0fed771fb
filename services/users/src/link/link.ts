export type LinkPurpose = 'verify-email' | 'reset-password';

/** A one-time link that is not stored yet. */
export interface PreparedLink {
  id: string;
  userId: string;
  purpose: LinkPurpose;
  expiresAt: Date;
}

const LIFE_SECONDS: Readonly<Record<LinkPurpose, number>> = {
  'verify-email': 7 * 24 * 3600,
  'reset-password': 3600,
};

export const prepareLink = (
  id: string,
  userId: string,
  purpose: LinkPurpose,
  now = new Date(),
): PreparedLink => ({
  id,
  userId,
  purpose,
  expiresAt: new Date(now.getTime() + LIFE_SECONDS[purpose] * 1000),
});
