import { createRequire } from 'node:module';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/** The edge first, then the whole shop by name; schemathesis leaves behind a shop full of nonsense, so it comes last. */
export default class InOrder extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      `${path.endsWith('.spec.ts') ? 1 : 0}${path.includes('schemathesis') ? 1 : 0}${path}`;
    return [...tests].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }
}
