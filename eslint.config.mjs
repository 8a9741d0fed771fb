import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { boundaryZones, helpersZone } from './scripts/lint/boundaries.mjs';
import { functionLength } from './scripts/lint/function-length.mjs';
import { importRules } from './scripts/lint/imports.mjs';
import { directionZones } from './scripts/lint/layers.mjs';

const TESTS = [
  '**/*.test.ts',
  '**/*.test.tsx',
  '**/test/**',
  'tests/**',
  'services/shared/test-kit/**',
  'frontend/src/testing/**',
];
const SYNTAX = [
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has it.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  {
    selector: 'TSImportType',
    message: 'Import the type at the top, where the direction of imports is checked.',
  },
  {
    selector: "MemberExpression[property.name='pathname'] > NewExpression:has(MetaProperty)",
    message: 'A space in a path is %20 in a URL: use fileURLToPath.',
  },
];

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
      'no-restricted-syntax': ['error', ...SYNTAX],
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
  ...importRules(SYNTAX, TESTS),
  {
    files: ['**/*.ts', '**/*.tsx'],
    settings: {
      'import-x/extensions': ['.ts', '.tsx', '.mjs'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] })],
    },
    rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }] },
  },
  {
    // From far to near: Node's own, packages, our packages, then the files around. `eslint --fix` sorts.
    rules: {
      'import-x/order': [
        'error',
        {
          groups: ['builtin', 'external', 'internal', 'parent', 'sibling', 'index'],
          pathGroups: [{ pattern: '@bramble/**', group: 'internal' }],
          pathGroupsExcludedImportTypes: ['builtin'],
          'newlines-between': 'never',
          alphabetize: { order: 'asc', caseInsensitive: true },
          named: { import: true, types: 'mixed' },
        },
      ],
    },
  },
  {
    // Tests are free: those of the gateway and of orders start real neighbours.
    files: ['**/*.ts', '**/*.tsx'],
    ignores: TESTS,
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...boundaryZones(), ...directionZones()] }],
    },
  },
  {
    files: ['tests/helpers/**'],
    rules: { 'import-x/no-restricted-paths': ['error', { zones: [helpersZone()] }] },
  },
  {
    // A view is a list of elements, and a test file a list of tests.
    files: ['**/*.ts', '**/*.mjs'],
    ignores: TESTS,
    plugins: { bramble: { rules: { 'function-length': functionLength } } },
    rules: { 'bramble/function-length': 'error' },
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
