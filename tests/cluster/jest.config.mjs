import root from '../../jest.config.mjs';

const [unit] = root.projects;

/** `npm run test:cluster`: one scenario on a real cluster, whose tests run in order. */
export default {
  ...unit,
  displayName: 'cluster',
  testMatch: ['<rootDir>/tests/cluster/*.spec.ts'],
  testTimeout: 900_000,
  bail: 1,
};
