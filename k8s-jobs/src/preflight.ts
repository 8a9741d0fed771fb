import { readFile } from 'node:fs/promises';
import { text } from '@bramble/service-kit/base/config';
import { pageSizeOf, unsupportedReason } from './shared/board';
import { ExpectedFailure, job } from './shared/job';

/**
 * Exits with one sentence when this board cannot run the configured MongoDB, which itself would crash without a
 * message.
 */
export const preflight = job({
  name: 'preflight',
  env: { MONGODB_IMAGE: text() },
  async run({ MONGODB_IMAGE: image }) {
    const cpuinfo = await readFile('/proc/cpuinfo', 'utf8');
    const pageSize = pageSizeOf(await readFile('/proc/self/auxv'));
    const sentence = unsupportedReason({ image, cpuinfo, pageSize, architecture: process.arch });
    if (sentence !== undefined) throw new ExpectedFailure(sentence);
    return { image, page_size: pageSize, architecture: process.arch };
  },
});
