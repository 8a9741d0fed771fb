import tseslint from 'typescript-eslint';

// Rules that need the types of the whole program. They take longer than all others together, so they are a step of their
// own (npm run lint:types) and not part of every npm run lint.
export default [
  { ignores: ['**/dist/**', '**/generated/**'] },
  {
    files: ['services/**/*.ts', 'k8s-jobs/**/*.ts', 'scripts/**/*.ts', 'tests/**/*.ts'],
    ignores: ['tests/browser/**'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
];
