import root from '../../jest.config.mjs';

const [unit] = root.projects;

/** `npm run test:cluster`: one story on a real cluster, in its order. */
export default {
  ...unit,
  displayName: 'cluster',
  testMatch: ['<rootDir>/tests/cluster/*.spec.ts'],
  testTimeout: 900_000,
  bail: 1,
};
