import type { TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { labelled, labelOf, startPublisher, startReader } from './events-support';
import type { WorkerPart } from './worker';

const stores = JSON.parse(process.env['TEST_STORES'] ?? '{}') as TestStores;
const parts: Record<WorkerPart, () => Promise<unknown>> = {
  publisher: async () => {
    const { publish, sql } = await startPublisher(stores, 'worker');
    await publish(labelled('k', 'by the first'));
    await waitFor(
      async () => (await sql.query({ text: 'SELECT 1 FROM outbox WHERE sent_at IS NOT NULL' })).rowCount,
    );
  },
  'reader that dies after its commit': () =>
    startReader(stores, { after: () => void process.kill(process.pid, 'SIGKILL') }),
  'reader that dies of one event': () =>
    startReader(stores, {
      before: (events) => {
        if (events.some((event) => labelOf(event) === 'deadly')) process.kill(process.pid, 'SIGKILL');
      },
    }),
};

void parts[process.env['TEST_PART'] as WorkerPart]().then(() => process.stdout.write('at work\n'));
