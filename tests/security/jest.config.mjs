import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import root from '../../jest.config.mjs';

const [unit, integration] = root.projects;
const here = import.meta.dirname;

// What was tried is written here by the tests, and made a table by the reporter.
process.env['BRAMBLE_TALLY'] ??= path.join(mkdtempSync(path.join(os.tmpdir(), 'bramble-security-')), 'tally');

/** `npm run test:security`: apart from the other suites because it takes minutes and fetches a tool. */
export default {
  // A client of an attack may wait for minutes for an end that no test awaits; all results are known by then.
  forceExit: true,
  rootDir: unit.rootDir,
  // One at a time: time is part of what is tested.
  maxWorkers: 1,
  testSequencer: path.join(here, 'jest/sequence.mjs'),
  reporters: ['default', path.join(here, 'jest/table.mjs')],
  projects: [
    {
      ...integration,
      displayName: 'edge',
      testMatch: ['<rootDir>/services/gateway/test/*.int.test.ts'],
    },
    {
      ...unit,
      displayName: 'whole shop',
      testMatch: ['<rootDir>/tests/security/*.spec.ts'],
      globalSetup: path.join(here, 'jest/open-shop.ts'),
      globalTeardown: path.join(here, 'jest/close-shop.ts'),
      setupFilesAfterEnv: ['<rootDir>/scripts/jest/e2e-setup.ts'],
    },
  ],
};
