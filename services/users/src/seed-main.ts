import { loadUsersConfig } from './config';
import { seedUsers } from './seed';

await seedUsers(loadUsersConfig());
