import type { DemoRole } from '@bramble/contracts/auth';

/**
 * The ids of the demo accounts; no other account can have them. They are repeated here because a shop outside demo mode
 * must recognise them without loading @bramble/demo.
 */
export const demoIds = {
  buyer: '01900000-0000-7000-8000-000000000001',
  seller: '01900000-0000-7000-8000-000000000002',
  admin: '01900000-0000-7000-8000-000000000003',
} as const satisfies Record<DemoRole, string>;

/** The published password of every demo account. */
export const publishedPassword = 'demotest';

const ids: ReadonlySet<string> = new Set(Object.values(demoIds));
export const isDemoAccount = (id: string): boolean => ids.has(id);
