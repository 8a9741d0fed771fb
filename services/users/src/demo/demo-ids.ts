import type { DemoRole } from '@bramble/contracts/auth';

/**
 * The demo accounts by their ids, which no other account can have. They stand here too, and not in @bramble/demo alone,
 * because a shop outside demo mode must recognise them without loading that package.
 */
export const demoIds = {
  buyer: '01900000-0000-7000-8000-000000000001',
  seller: '01900000-0000-7000-8000-000000000002',
  admin: '01900000-0000-7000-8000-000000000003',
} as const satisfies Record<DemoRole, string>;

/** The password of every demo account, known to everybody. */
export const publishedPassword = 'demotest';

const ids: ReadonlySet<string> = new Set(Object.values(demoIds));
export const isDemoAccount = (id: string): boolean => ids.has(id);
