import { tasksApi } from '@bramble/contracts/tasks';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { TaskRuns } from './task-runs';

export const taskRunsRoutes = (tasks: TaskRuns): Mountable[] => [
  endpoint(tasksApi.finished, async ({ body }) => {
    await tasks.finished(body.runs);
    return undefined;
  }),
  endpoint(tasksApi.restored, async ({ body }) => {
    await tasks.restored(body.stores);
    return undefined;
  }),
];
