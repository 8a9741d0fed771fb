import root from '../../jest.config.mjs';

const [unit] = root.projects;

/** `npm run test:chart`: apart from the other suites because it needs helm and Go tools. The contract is compared by one of them. */
export default {
  ...unit,
  displayName: 'chart',
  testMatch: ['<rootDir>/tests/chart/*.spec.ts'],
  // The first run builds tools that are missing.
  testTimeout: 600_000,
};
