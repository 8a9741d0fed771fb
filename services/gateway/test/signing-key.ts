import { createPrivateKey, type KeyObject } from 'node:crypto';
import type pg from 'pg';
import { unseal } from '../../users/src/keys/key-seal';

/** The current signing key of users, decrypted with the secret of users. */
export async function openSigningKey(sql: pg.Pool, secret: string): Promise<{ kid: string; key: KeyObject }> {
  const { rows } = await sql.query<{ kid: string; private_key: Buffer }>(
    `SELECT kid, private_key FROM signing_keys WHERE state = 'current'`,
  );
  const [row] = rows;
  const der = row && unseal(secret, row.private_key);
  if (!row || !der) throw new Error('no signing key');
  return { kid: row.kid, key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
}
