import { setTimeout as delay } from 'node:timers/promises';
import type { Supervised } from './supervise';

/**
 * Repeats a check until it passes. Throws with the last lines of the server's log when the server keeps ending, or after `timeoutMs`.
 */
export async function until<T>(server: Supervised, attempt: () => Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (server.exits() >= 6 || Date.now() > deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${server.name} does not start (${reason}). Its last lines:\n${server.lastLines()}`, {
          cause: error,
        });
      }
      await delay(50);
    }
  }
}
