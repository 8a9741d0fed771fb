import { READY_PATH } from '@bramble/service-kit/http/edge';
import type { Service } from '@bramble/service-kit/runtime/service';

export interface Health {
  status: 'ok' | 'starting' | 'degraded';
  services: Record<string, 'up' | 'down'>;
}
export type HealthService = ReturnType<typeof createHealthService>;

const FRESH_MS = 1_000;
const DEADLINE_MS = 900;

/**
 * Whether the shop is open: every service is ready, the storefront answers, and READY_FILE exists if it is configured.
 */
export function createHealthService({
  service,
  probes,
}: {
  service: Pick<Service, 'log'>;
  /** The probe of each part; it throws while the part is not ready. */
  probes: Readonly<Record<string, () => Promise<unknown>>>;
}) {
  let wasOpen = false;
  let cached: { at: number; health: Promise<Health> } | undefined;

  const probeAll = async (): Promise<Health> => {
    const parts = await Promise.all(
      Object.entries(probes).map(async ([name, probe]) => {
        try {
          await probe();
          return [name, 'up'] as const;
        } catch {
          return [name, 'down'] as const;
        }
      }),
    );
    const allUp = parts.every(([, state]) => state === 'up');
    if (allUp && !wasOpen) service.log.info('the shop is open');
    wasOpen ||= allUp;
    return { status: allUp ? 'ok' : wasOpen ? 'degraded' : 'starting', services: Object.fromEntries(parts) };
  };

  function check(): Promise<Health> {
    if (!cached || Date.now() - cached.at > FRESH_MS) cached = { at: Date.now(), health: probeAll() };
    return cached.health;
  }

  return { check };
}

/** The readiness probe of a service. It bypasses the breaker, so that it notices at once when the service is back. */
export const readyProbe = (url: string) => async (): Promise<void> => {
  const response = await fetch(new URL(READY_PATH, url), { signal: AbortSignal.timeout(DEADLINE_MS) });
  await response.body?.cancel();
  if (response.status !== 204) throw new Error(`not ready: ${response.status}`);
};
