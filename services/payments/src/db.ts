import { PrismaPg } from '@prisma/adapter-pg';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import { PrismaClient } from './generated/prisma/client';

/** Prisma over the service's own pool, so that both share its connections. */
export function openPrisma(service: Service, sql: Sql): PrismaClient {
  const prisma = new PrismaClient({ adapter: new PrismaPg(sql.pool) });
  service.onStop('prisma', () => prisma.$disconnect());
  return prisma;
}
