import { counter, histogram } from '@bramble/service-kit/observe/metrics';
import type { Telemetry } from '@bramble/service-kit/observe/telemetry';
import type {
  ChargeOutcome,
  ChargeRequest,
  FoundCharge,
  Provider,
  RefundReply,
  RefundRequest,
} from '../provider/provider';
import type { paymentMetrics } from './payment.metrics';

const LOOKUP_MS = 2_000;
const REFUND_MS = 6_000;

class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

/** Limits `call` to `ms`: then aborts it and rejects, even if the call ignores the signal. */
async function withTimeLimit<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timeout = new ProviderTimeout(`no answer within ${ms} ms`);
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      controller.abort(timeout);
      reject(timeout);
    }, ms);
  });
  try {
    return await Promise.race([call(controller.signal), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The provider with a time limit, metrics and a log for each call. Undefined means that the outcome is not known; the
 * reason is logged, and the caller retries.
 */
export function createProviderCalls(telemetry: Telemetry<typeof paymentMetrics>, provider: Provider) {
  const attempts = counter(telemetry, 'bramble_payment_attempts_total');
  const duration = histogram(telemetry, 'bramble_payment_provider_duration_seconds');

  const timed = async <T>(
    operation: 'capture' | 'refund',
    fields: object,
    call: () => Promise<T>,
    outcome: (result: T) => 'succeeded' | 'declined',
  ): Promise<T | undefined> => {
    const start = performance.now();
    try {
      const result = await call();
      attempts.inc({ operation, outcome: outcome(result) });
      return result;
    } catch (error) {
      attempts.inc({ operation, outcome: error instanceof ProviderTimeout ? 'timeout' : 'error' });
      telemetry.log.warn({ err: error, operation, ...fields }, 'the payment provider gave no outcome');
      return undefined;
    } finally {
      duration.observe({ operation }, (performance.now() - start) / 1000);
    }
  };

  function capture(request: ChargeRequest, ms: number): Promise<ChargeOutcome | undefined> {
    return timed(
      'capture',
      { order_id: request.orderId },
      () => withTimeLimit(ms, (signal) => provider.capture(request, signal)),
      (result) => (result.captured ? 'succeeded' : 'declined'),
    );
  }

  /** Looks up a charge, or with `cancel` also ends it where it is only authorised. */
  async function find(request: ChargeRequest, act: 'lookup' | 'cancel'): Promise<FoundCharge> {
    try {
      return await withTimeLimit(LOOKUP_MS, (signal) => provider[act](request, signal));
    } catch (error) {
      telemetry.log.warn({ err: error, order_id: request.orderId }, 'an attempt could not be looked up');
      return 'unknown';
    }
  }

  function refund(request: RefundRequest): Promise<RefundReply | undefined> {
    return timed(
      'refund',
      { order_id: request.orderId },
      () => withTimeLimit(REFUND_MS, (signal) => provider.refund(request, signal)),
      ({ status }) => (status === 'failed' ? 'declined' : 'succeeded'),
    );
  }

  return { capture, find, refund };
}
export type ProviderCalls = ReturnType<typeof createProviderCalls>;
