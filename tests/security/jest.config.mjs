import root from '../../jest.config.mjs';

const [unit] = root.projects;

/** `npm run test:security`: apart from the other suites because it takes minutes and fetches a tool. */
export default {
  ...unit,
  displayName: 'security',
  testMatch: ['<rootDir>/tests/security/*.spec.ts'],
  // The first one starts the whole shop.
  testTimeout: 300_000,
  maxWorkers: 1,
};
