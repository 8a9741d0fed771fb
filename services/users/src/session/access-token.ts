import { SignJWT } from 'jose';
import {
  ACCESS_TOKEN_SECONDS,
  accessTokenType,
  tokenAudience,
  tokenIssuer,
} from '@bramble/contracts/sessions';
import type { SigningKey } from '../keys/key.service';

export interface TokenSubject {
  userId: string;
  sessionId: string;
  roles: readonly string[];
  version: number;
}

/** Signs an access token (ES256, `typ` at+jwt) that is valid for ten minutes. */
export const signAccessToken = ({ kid, key }: SigningKey, subject: TokenSubject): Promise<string> =>
  new SignJWT({ sid: subject.sessionId, roles: [...subject.roles], ver: subject.version })
    .setProtectedHeader({ alg: 'ES256', typ: accessTokenType, kid })
    .setSubject(subject.userId)
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setIssuedAt()
    .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
    .sign(key);
