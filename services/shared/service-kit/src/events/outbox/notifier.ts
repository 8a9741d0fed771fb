import { pause } from '../../runtime/clock';

/** Between two notifications: each is a commit, and PostgreSQL runs commits with NOTIFY one after the other. */
const PAUSE_MS = 5;

/** Sends notifications one at a time; requests that come meanwhile become one more. A failed one is made good by the sweep. */
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
