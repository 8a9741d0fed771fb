import type { Duplex } from 'node:stream';
import { AppError } from '@bramble/service-kit/base/errors';
import { socketLimits } from '../limits/limits';

/**
 * Counts the sockets that are open or about to be, so that no client takes all of them. `take` throws `rate_limited` when
 * the address has as many as it may, and `unavailable` when all places are taken; a place is free when its socket closes.
 */
export function createSocketPlaces({ factor }: { factor: number }) {
  const { openPerAddress, open, retryAfterSeconds } = socketLimits;
  const perAddress = Math.max(1, Math.round(openPerAddress * factor));
  const taken = new Map<string, number>();
  const state = { open: 0 };

  return (address: string, socket: Duplex): void => {
    const ofAddress = taken.get(address) ?? 0;
    if (ofAddress >= perAddress)
      throw new AppError('rate_limited', { retryAfterSeconds, detail: 'too many open sockets' });
    if (state.open >= open) throw new AppError('unavailable', { detail: 'too many open sockets' });
    if (socket.destroyed) return;
    taken.set(address, ofAddress + 1);
    state.open += 1;
    socket.once('close', () => {
      state.open -= 1;
      const left = (taken.get(address) ?? 1) - 1;
      if (left > 0) taken.set(address, left);
      else taken.delete(address);
    });
  };
}
export type TakeSocketPlace = ReturnType<typeof createSocketPlaces>;
