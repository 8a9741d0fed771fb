import { gatewayApi } from '@bramble/contracts/gateway';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { DashboardService } from './dashboard.service';

export const dashboardRoutes = (dashboard: DashboardService): Mountable[] => [
  endpoint(gatewayApi.dashboard, ({ actor }) => dashboard(actor)),
];
