import { gatewayApi } from '@bramble/contracts/gateway';
import { endpoint } from '@bramble/service-kit/endpoint';
import type { Mountable } from '@bramble/service-kit/service';
import type { DashboardService } from './dashboard.service';

export const dashboardRoutes = (dashboard: DashboardService): Mountable[] =>
  endpoint(gatewayApi.dashboard, ({ actor }) => dashboard(actor));
