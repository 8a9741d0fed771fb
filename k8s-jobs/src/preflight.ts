import { readFile } from 'node:fs/promises';
import { text } from '@bramble/service-kit/base/config';
import { complaint, pageSizeOf } from './shared/board';
import { job, Refusal } from './shared/job';

/** Says in one sentence why this board cannot run the chosen MongoDB, where the server itself would die silently. */
export const preflight = job({
  name: 'preflight',
  env: { MONGODB_IMAGE: text() },
  async run({ MONGODB_IMAGE: image }) {
    const cpuinfo = await readFile('/proc/cpuinfo', 'utf8');
    const pageSize = pageSizeOf(await readFile('/proc/self/auxv'));
    const sentence = complaint({ image, cpuinfo, pageSize, architecture: process.arch });
    if (sentence !== undefined) throw new Refusal(sentence);
    return { image, page_size: pageSize, architecture: process.arch };
  },
});
