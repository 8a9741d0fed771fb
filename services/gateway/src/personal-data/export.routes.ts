import { gatewayApi } from '@bramble/contracts/gateway';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { ExportService } from './export.service';

export const exportRoutes = (exportOf: ExportService): Mountable[] => [
  endpoint(gatewayApi.exportMe, ({ actor }) => exportOf(actor)),
  endpoint(gatewayApi.exportMeConfirmed, ({ actor, body, req }) =>
    exportOf(actor, {
      password: body.password ?? '',
      sender: { address: clientAddress(req), connection: req.socket },
    }),
  ),
];
