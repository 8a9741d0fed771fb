import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** Makes a folder with the migrations of each service under the service's name, as the image of the Jobs has it. */
export function linkMigrations(folder: string): string {
  const services = path.join(process.cwd(), 'services');
  mkdirSync(folder, { recursive: true });
  for (const service of readdirSync(services)) {
    const migrations = path.join(services, service, 'prisma', 'migrations');
    if (existsSync(migrations)) symlinkSync(migrations, path.join(folder, service));
  }
  return folder;
}
