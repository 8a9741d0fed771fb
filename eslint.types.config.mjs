import tseslint from 'typescript-eslint';

/** @param project the tsconfig.json that includes the files */
const promises = (project, files, ignores = []) => ({
  files,
  ignores,
  plugins: { '@typescript-eslint': tseslint.plugin },
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { project, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
  },
});

// Rules that need the types of the whole program. They take longer than all others together, so they are a step of their
// own (npm run lint:types) and not part of every npm run lint.
export default [
  { ignores: ['**/dist/**', '**/generated/**', '**/*.gen.ts'] },
  promises(
    './tsconfig.json',
    ['services/**/*.ts', 'k8s-jobs/**/*.ts', 'scripts/**/*.ts', 'tests/**/*.ts'],
    ['tests/browser/**'],
  ),
  promises('./frontend/tsconfig.json', [
    'frontend/{src,build}/**/*.{ts,tsx}',
    'frontend/vite.config.ts',
    'tests/browser/**/*.ts',
  ]),
];
