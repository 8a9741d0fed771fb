import { readFileSync } from 'node:fs';

/** The account that PostgreSQL runs as when we are root, which it refuses to be. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Undefined unless we are root. Then the account that owns the data already, else `postgres`, else `nobody`;
 * PostgreSQL looks its own name up, so it must be one of /etc/passwd.
 */
export function unprivilegedAccount(owner: number | undefined): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((account) => account.uid > 0);
  const account =
    accounts.find((candidate) => candidate.uid === owner) ??
    accounts.find((candidate) => candidate.name === 'postgres') ??
    accounts.find((candidate) => candidate.name === 'nobody') ??
    accounts[0];
  if (!account) throw new Error('PostgreSQL does not run as root, and there is no other account here.');
  return account;
}
