// The steps of `npm run check`, `.ci/run` and `npm run verify:full`. Plain JavaScript without dependencies, because the
// first steps of `.ci/run` install them.

/**
 * @typedef {object} Step
 * @property {string} name what `npm run check -- NAME` selects
 * @property {string} [script] the script of package.json that it runs
 * @property {readonly string[]} [command] what it runs instead; `node` is the Node.js that runs the steps
 * @property {Partial<Record<Plan, readonly string[]>>} in the plans that it belongs to, with its arguments in each
 */

/** @typedef {'check' | 'ci' | 'full'} Plan */

/** The plans: check is for every change, ci for a fresh clone, full for what takes too long for every change. */
export const plans = {
  check: {
    usage: 'npm run check --',
    says: 'Runs what a change must pass before it is sent: the quick checks, the unit and the integration tests.',
    example: 'npm run check -- lint types',
  },
  ci: {
    usage: '.ci/run',
    says: 'Runs what a change must pass in a fresh clone. It installs what is missing, also packages of the system.',
    example: '.ci/run install build chart',
  },
  full: {
    usage: 'npm run verify:full --',
    says: 'Runs what takes too long for every change.',
    example: 'npm run verify:full -- cluster arm64',
  },
};

const quick = (...args) => ({ check: args, ci: args });
const tsx = (file) => ['node', '--import', 'tsx', file];
const tsc = (project) => ['node', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', project];

/** @type {readonly Step[]} */
export const steps = [
  { name: 'packages', command: ['.ci/packages'], in: { ci: [] } },
  { name: 'install', command: ['node', 'scripts/ci-install.mjs'], in: { ci: [] } },
  // Before the build, which writes what this step compares.
  { name: 'generate', script: 'generate', in: quick('--check') },
  { name: 'build', script: 'build', in: { ci: [] } },
  { name: 'format', script: 'format:check', in: quick() },
  // The cache knows the file that changed, and not the files that import it.
  { name: 'lint', script: 'lint', in: quick('--no-cache') },
  { name: 'promises', script: 'lint:types', in: quick() },
  { name: 'types', command: tsc('.'), in: quick() },
  { name: 'types of the storefront', command: tsc('frontend'), in: quick() },
  { name: 'knip', script: 'knip', in: quick() },
  { name: 'contract', script: 'openapi', in: quick('--check') },
  { name: 'lockfile', command: ['node', 'scripts/complete-lockfile.mjs'], in: quick('--check') },
  { name: 'repository', command: tsx('scripts/check-repo.ts'), in: quick() },
  { name: 'unit', script: 'test:unit', in: { check: ['--silent'] } },
  { name: 'integration', script: 'test:integration', in: { check: ['--silent'] } },
  // The command of the README, as a newcomer types it.
  { name: 'npm test', command: ['npm', 'test'], in: { ci: [] } },
  {
    name: 'mutation',
    script: 'test:mutation',
    in: { ci: ['--only', 'prices'], full: [] },
  },
  { name: 'browser', script: 'test:browser', in: { ci: [], full: [] } },
  {
    name: 'chaos',
    script: 'test:chaos',
    in: {
      ci: ['--seed', '1', '--seeds', '3', '--minutes', '0.5'],
      full: ['--seed', '100', '--seeds', '20', '--minutes', '1'],
    },
  },
  {
    name: 'dose',
    script: 'test:chaos',
    in: { full: ['--seed', '200', '--dose', 'invariant-4'] },
  },
  { name: 'memory', script: 'test:memory', in: { full: [] } },
  { name: 'chart', script: 'test:chart', in: { ci: [], full: [] } },
  { name: 'security', script: 'test:security', in: { ci: ['--short'], full: [] } },
  // Two scanners ask databases on the internet, which the gate does without; the workflow for each push runs all of them.
  { name: 'scanners', script: 'scan', in: { ci: ['--without', 'osv-scanner', 'npm-audit'], full: [] } },
  { name: 'cluster', script: 'test:cluster', in: { ci: ['--only', 'install'], full: [] } },
  { name: 'compose', script: 'test:compose', in: { full: [] } },
  { name: 'arm64', script: 'test:arm64', in: { full: [] } },
  { name: 'bench', script: 'bench', in: { full: [] } },
];
