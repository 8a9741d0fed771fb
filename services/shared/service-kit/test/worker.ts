import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestStores } from '@bramble/test-kit/stores';

export type WorkerPart = 'publisher' | 'reader that dies after its commit' | 'reader that dies of one event';

/** Starts a part in a process of its own, so that a test can kill it. Resolves when the part works. */
export async function startWorker(stores: TestStores, part: WorkerPart) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'worker-main.ts')], {
    env: { ...process.env, TEST_STORES: JSON.stringify(stores), TEST_PART: part },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  return {
    exited,
    freeze: () => void child.kill('SIGSTOP'),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
