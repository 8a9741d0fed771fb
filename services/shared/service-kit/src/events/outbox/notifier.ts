import { pause } from '../../runtime/clock';

/** Between two notifications: to tell the leader is to commit, and PostgreSQL commits with NOTIFY one by one. */
const PAUSE_MS = 5;

/** Sends notifications one at a time; those asked for meanwhile become one more. A failed one is left to the sweep. */
export function createNotifier(send: () => Promise<void>): () => void {
  let sending = false;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await send().catch(() => undefined);
      await pause(PAUSE_MS);
    } while (again);
    sending = false;
  };
  return () => {
    again = true;
    if (sending) return;
    sending = true;
    void run();
  };
}
