// The unit tests alone: a mutant that only an integration test kills is not killed by what says what the rules are.
import config from '../../jest.config.mjs';

const { displayName: _, ...unit } = config.projects.find(({ displayName }) => displayName === 'unit');
export default { ...unit, maxWorkers: 1 };
