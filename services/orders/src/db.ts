import { PrismaPg } from '@prisma/adapter-pg';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import { PrismaClient } from './generated/prisma/client';

export type Db = PrismaClient;

/** Prisma over the service's own pool: one set of connections for both ways of asking. */
export const openPrisma = ({ pool }: Pick<Sql, 'pool'>): Db =>
  new PrismaClient({ adapter: new PrismaPg(pool) });
