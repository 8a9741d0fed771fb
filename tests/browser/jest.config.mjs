import root from '../../jest.config.mjs';

const [unit] = root.projects;

/** `npm run test:browser`: apart from the other suites because it needs a Chromium. */
export default {
  ...unit,
  displayName: 'browser',
  testMatch: ['<rootDir>/tests/browser/*.spec.ts'],
  // The first one starts the whole shop.
  testTimeout: 300_000,
  maxWorkers: 1,
};
