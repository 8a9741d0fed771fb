// What npm run test:mutation gives StrykerJS; main.ts names the files.
const folder = '.data/mutation';

export default {
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  jest: { configFile: 'tests/mutation/jest.config.mjs', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: `${folder}/${process.env.MUTATION_PART ?? 'report'}.html` },
  jsonReporter: { fileName: `${folder}/report.json` },
  tempDirName: `${folder}/sandbox`,
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
};
