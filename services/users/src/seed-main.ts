import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { loadUsersConfig } from './config';
import { createPasswordHasher } from './password/password-hasher';
import { seedUsers } from './seed';

const config = loadUsersConfig();
const service = createService({ name: 'users', config });
const sql = openPostgres(service, { url: config.USERS_DATABASE_URL, max: 1 });
try {
  await seedUsers({ sql, hasher: createPasswordHasher(service), admin: config.DEMO_ADMIN });
} finally {
  await service.stop();
}
