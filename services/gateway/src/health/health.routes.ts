import { gatewayApi } from '@bramble/contracts/gateway';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { reply } from '@bramble/service-kit/http/reply';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { HealthService } from './health.service';

export const healthRoutes = (health: HealthService): Mountable[] => [
  endpoint(gatewayApi.health, async () => {
    const answer = await health.check();
    return reply(answer.status === 'ok' ? 200 : 503, answer);
  }),
];
