import { usersApi } from '@bramble/contracts/users';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { bytes } from '@bramble/service-kit/http/reply';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { auditCsv } from './audit.csv';
import type { AuditService } from './audit.service';

export const auditRoutes = (audit: AuditService): Mountable[] => [
  endpoint(usersApi.audit, async ({ query: { format, ...query }, req }) => {
    const page = await audit.list(query);
    const asksCsv = format ?? (req.accepts(['json', 'csv']) === 'csv' ? 'csv' : 'json');
    if (asksCsv === 'json') return page;
    return bytes(Buffer.from(auditCsv(page.items)), 'text/csv; charset=utf-8; header=present', {
      'content-disposition': 'attachment; filename="audit.csv"',
      ...(page.nextCursor === null ? {} : { 'x-next-cursor': page.nextCursor }),
    });
  }),
];
