/** The demo accounts, there only in demo mode. Their ids are fixed so that each service can seed its own part alone. */
export const demoPassword = 'demotest';
export const demoUsers = {
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
} as const;

/** The id of the nth demo product (1 to 200), the same in every installation. */
export const demoProductId = (n: number): string =>
  `01900000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`;

/** The Fluent emoji (flat) icons that demo pictures use, as `/art/<name>.svg`; the storefront's build writes just these. */
export const demoArt: readonly string[] = [];
