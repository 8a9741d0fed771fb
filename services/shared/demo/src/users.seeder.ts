import { demoPassword, demoPeople, type DemoPerson } from './people';

/** Where users keeps its accounts. */
export interface AccountPort {
  /** Makes the account, or puts it right again: its name, roles, password and that it is open. */
  open(person: DemoPerson, passwordHash: string): Promise<void>;
  hash(password: string): Promise<string>;
}

/** Opens the demo accounts, the admin only when asked to. Safe to run at any time, and by several processes at once. */
export async function seedUsers(accounts: AccountPort, { admin }: { admin: boolean }): Promise<void> {
  const passwordHash = await accounts.hash(demoPassword);
  const { buyer, seller } = demoPeople;
  for (const person of admin ? [buyer, seller, demoPeople.admin] : [buyer, seller])
    await accounts.open(person, passwordHash);
}
