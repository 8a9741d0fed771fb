import { readdirSync } from 'node:fs';

// Packages that exist as ES modules only, and one file that calls import(): jest compiles them like our own code.
const ESM_ONLY = [
  '@prisma/client/runtime/query_compiler',
  '@prisma/schema-engine-wasm/',
  'jose/',
  'age-encryption/',
  '@noble/',
  '@scure/',
  'p-queue/',
  'p-timeout/',
  '@kubernetes/client-node/',
  'openid-client/',
  'oauth4webapi/',
  'mongodb/lib/runtime_adapters',
  '@opentelemetry/otlp-exporter-base/',
];

const swc = (tsx) => [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx },
      target: 'es2022',
      transform: { react: { runtime: 'automatic' } },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
const transform = { '^.+\\.tsx$': swc(true), '^.+\\.(ts|js|mjs)$': swc(false) };

const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'tsx', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform,
  transformIgnorePatterns: [`/node_modules/(?!(${ESM_ONLY.join('|')}))`],
  moduleNameMapper: {
    [`^@bramble/(${readdirSync(new URL('services/shared', import.meta.url)).join('|')})/(.*)$`]:
      '<rootDir>/services/shared/$1/src/$2.ts',
    '^@bramble/([a-z0-9-]+)/(.*)$': '<rootDir>/services/$1/src/$2.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data', '<rootDir>/frontend/dist'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

export default {
  maxWorkers: 2,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/**/*.test.{ts,tsx}'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '\\.int\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/**/*.int.test.ts'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '<rootDir>/tests/'],
      globalSetup: '<rootDir>/scripts/jest/open-test-stores.ts',
      globalTeardown: '<rootDir>/scripts/jest/close-test-stores.ts',
      setupFilesAfterEnv: ['<rootDir>/scripts/jest/integration-setup.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/tests/**/*.int.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/scripts/jest/e2e-setup.ts'],
    },
  ],
};
