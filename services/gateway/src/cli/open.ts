import { operatorName } from '@bramble/service-kit/base/config';
import { AppError } from '@bramble/service-kit/base/errors';
import { createService } from '@bramble/service-kit/service/create-service';
import { loadGatewayConfig, upstreamUrls } from '../config';
import { createDeadLettersService, type DeadLettersService } from '../dead-letters/dead-letters.service';
import { openUpstreams } from '../proxy/upstreams';

/** Runs a command with the dead letters of all services, which it asks as the gateway does. */
export async function withLetters<T>(act: (letters: DeadLettersService) => Promise<T>): Promise<T> {
  const config = { ...loadGatewayConfig(), LOG_LEVEL: 'silent' as const };
  const service = createService({ name: 'gateway', config });
  const services = openUpstreams(service, upstreamUrls(config));
  try {
    return await act(createDeadLettersService({ services, operator: operatorName() }));
  } catch (error) {
    throw explained(error);
  } finally {
    await service.stop();
  }
}

/** The sentence for a person: a service does not answer, with the service's own error in brackets. */
function explained(error: unknown): unknown {
  return error instanceof AppError && ['unavailable', 'timeout', 'bad_gateway'].includes(error.code)
    ? new Error(`the shop's services do not all answer (${error.message}); is it running?`, { cause: error })
    : error;
}
