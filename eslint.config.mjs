import { existsSync, readdirSync } from 'node:fs';
import importX from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const at = (path) => new URL(path, import.meta.url);
const folders = (path) =>
  existsSync(at(path))
    ? readdirSync(at(path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : [];

const services = folders('services').filter((name) => name !== 'shared');
const features = folders('frontend/src/features');

const TESTS = [
  '**/*.test.ts',
  '**/*.test.tsx',
  '**/test/**',
  'tests/**',
  'services/shared/test-kit/**',
  'frontend/src/testing/**',
];
const DRIVERS = ['pg', 'mongodb', 'ioredis', '@prisma/*', '**/generated/prisma/*'];

const driverRule = {
  group: DRIVERS,
  allowTypeImports: true,
  message: 'Only *.repository.ts and db.ts import a driver.',
};
const otherServices = (own) => ({
  group: services
    .filter((name) => name !== own)
    .flatMap((name) => [`@bramble/${name}`, `@bramble/${name}/*`, `**/services/${name}/**`]),
  message: 'A service reaches another one by its HTTP contract or its events.',
});
const testKit = { group: ['@bramble/test-kit/*'], message: 'test-kit is for tests only.' };
const demo = {
  group: ['@bramble/demo/*'],
  allowTypeImports: true,
  message: 'The demo is loaded only when DEMO is on: await import().',
};
const outside = (own) => [otherServices(own), testKit, demo];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/generated/**',
      '**/*.gen.ts',
      '.data/**',
      'coverage/**',
      'charts/**',
      'frontend/public/**',
    ],
  },
  ...tseslint.configs.recommended,
  ...tseslint.configs.stylistic,
  regexp.configs['flat/recommended'],
  {
    plugins: { 'import-x': importX },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // Taste; what matters here is that no expression can be made slow.
      'regexp/prefer-w': 'off',
      'regexp/use-ignore-case': 'off',
      'regexp/no-useless-range': 'off',
      'no-control-regex': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has it.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        {
          selector: "MemberExpression[property.name='pathname'] > NewExpression:has(MetaProperty)",
          message: 'A space in a path is %20 in a URL: use fileURLToPath.',
        },
      ],
      'import-x/no-default-export': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-mutable-exports': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  ...services.map((own) => ({
    files: [`services/${own}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [...outside(own), driverRule] }] },
  })),
  {
    // The environment is read in one place of each service.
    files: ['services/**/*.ts'],
    ignores: ['**/config.ts', ...TESTS],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  ...services.map((own) => ({
    files: [`services/${own}/**/*.repository.ts`, `services/${own}/**/db.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: outside(own) }] },
  })),
  ...services.map((own) => ({
    files: [`services/${own}/**/*.routes.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...outside(own),
            { ...driverRule, allowTypeImports: false },
            {
              group: ['**/*.repository', '**/db'],
              message: 'Routes call a service; the service calls the repository.',
            },
          ],
        },
      ],
    },
  })),
  ...services.map((own) => ({
    files: [`services/${own}/**/*.test.ts`, `services/${own}/test/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [otherServices(own)] }] },
  })),
  ...services.map((own) => ({
    files: [`services/${own}/**/*.service.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...outside(own),
            { ...driverRule, allowTypeImports: false },
            { group: ['express'], message: 'Services know rules, and neither Express nor a driver.' },
          ],
        },
      ],
    },
  })),
  {
    files: ['services/shared/contracts/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '@bramble/*', ...DRIVERS],
              message: 'Contracts are schemas only: the storefront imports them.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['services/shared/service-kit/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [otherServices(''), demo] }],
    },
  },
  {
    files: ['services/shared/demo/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@bramble/*', '!@bramble/contracts', ...DRIVERS],
              message: 'The demo is data; a service hands it the port to write through.',
            },
          ],
        },
      ],
    },
  },
  ...features.map((own) => ({
    files: [`frontend/src/features/${own}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: features.filter((name) => name !== own).map((name) => `**/features/${name}/**`),
              message: 'Features do not import each other; routes compose them.',
            },
            { group: ['**/app/*', '**/routes/*'], message: 'shared → features → app.' },
          ],
        },
      ],
    },
  })),
  {
    files: ['frontend/src/components/**', 'frontend/src/lib/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/features/**', '**/app/*', '**/routes/*'], message: 'shared → features → app.' },
          ],
        },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // Commands talk to a person, and a tool may want a default export.
    files: [
      'scripts/**',
      'tests/**',
      'k8s-jobs/**',
      '*.config.*',
      'frontend/*.config.*',
      'frontend/build/**',
      'services/simulator/**',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.config.*', 'scripts/jest/**', 'tests/security/jest/**'],
    rules: { 'import-x/no-default-export': 'off' },
  },
);
