import { gatewayApi } from '@bramble/contracts/gateway';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { DeadLettersService } from './dead-letters.service';

export const deadLettersRoutes = (letters: DeadLettersService): Mountable[] => [
  endpoint(gatewayApi.deadLetters, ({ query, actor }) => letters.list(query, actor)),
  endpoint(gatewayApi.replayDeadLetter, async ({ params, actor }) => {
    await letters.replay(params.id, actor);
    return undefined;
  }),
];
