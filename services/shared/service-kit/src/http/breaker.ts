import CircuitBreaker from 'opossum';
import { counter, gauge } from '../observe/metrics';
import type { Service } from '../runtime/service';

const states = ['closed', 'open', 'half_open'] as const;

export interface BreakerOptions {
  /** The name of the dependency in metrics. */
  name: string;
  /** The number of calls in 10 s below which the breaker stays closed. */
  volumeThreshold: number;
  /** True for an error that is not a failure of the dependency. */
  ignores: (error: unknown) => boolean;
}

/**
 * A circuit breaker for one dependency: it opens when half of at least `volumeThreshold` calls in 10 s failed, and lets
 * one call through after 5 s. It exports its state, changes and rejections, logs its changes, and ends with the
 * service. It has no time limit: `action` must abort by itself.
 */
export function openBreaker<Args extends unknown[], Result>(
  service: Service,
  { name, volumeThreshold, ignores }: BreakerOptions,
  action: (...args: Args) => Promise<Result>,
): CircuitBreaker<Args, Result> {
  const state = gauge(service, 'bramble_breaker_state');
  const transitions = counter(service, 'bramble_breaker_transitions_total');
  const rejected = counter(service, 'bramble_breaker_rejected_total');
  const show = (to: (typeof states)[number]) => {
    for (const each of states) state.set({ dependency: name, state: each }, each === to ? 1 : 0);
  };
  show('closed');
  for (const to of states) transitions.inc({ dependency: name, to }, 0);
  rejected.inc({ dependency: name }, 0);

  const breaker = new CircuitBreaker<Args, Result>(action, {
    name,
    timeout: false,
    errorThresholdPercentage: 50,
    volumeThreshold,
    rollingCountTimeout: 10_000,
    resetTimeout: 5_000,
    errorFilter: ignores,
  });
  const enter = (to: (typeof states)[number]) => () => {
    show(to);
    transitions.inc({ dependency: name, to });
    service.log.warn({ dependency: name, state: to }, 'a circuit breaker changed');
  };
  breaker.on('open', enter('open'));
  breaker.on('halfOpen', enter('half_open'));
  breaker.on('close', enter('closed'));
  breaker.on('reject', () => rejected.inc({ dependency: name }));
  service.onStop(`${name} breaker`, () => {
    breaker.shutdown();
    return Promise.resolve();
  });
  return breaker;
}
