import type { Role } from '@bramble/contracts/operation';

/** The password of every demo account. It is published in the README. */
export const demoPassword = 'demotest';

/** A demo account. Its id is fixed, so that each service can seed its part alone. */
export interface DemoPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** The demo accounts by role. */
export const demoPeople = {
  buyer: {
    id: '01900000-0000-7000-8000-000000000001',
    email: 'demo@bramble.local',
    name: 'Robin Demo',
    roles: ['customer'],
  },
  seller: {
    id: '01900000-0000-7000-8000-000000000002',
    email: 'demo2@bramble.local',
    name: 'Hazel Hedgerow',
    roles: ['customer', 'seller'],
  },
  admin: {
    id: '01900000-0000-7000-8000-000000000003',
    email: 'admin@bramble.local',
    name: 'Ada Admin',
    roles: ['customer', 'admin'],
  },
} as const satisfies Record<string, DemoPerson>;
