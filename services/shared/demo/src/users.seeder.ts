import { demoPassword, demoPeople, type DemoPerson } from './people';

/** The port to users' store. */
export interface AccountPort {
  /** Creates the account, or restores its name, roles and password and enables it. */
  open(person: DemoPerson, passwordHash: string): Promise<void>;
  hash(password: string): Promise<string>;
}

/**
 * Creates or restores the demo accounts; the admin only if `admin` is set. Safe to run at any time and concurrently.
 */
export async function seedUsers(accounts: AccountPort, { admin }: { admin: boolean }): Promise<void> {
  const passwordHash = await accounts.hash(demoPassword);
  const { buyer, seller } = demoPeople;
  for (const person of admin ? [buyer, seller, demoPeople.admin] : [buyer, seller])
    await accounts.open(person, passwordHash);
}
