import path from 'node:path';
import { lastLines, run } from '../stores/run';
import type { Log } from '../stores/types';
import { prismaServices, root } from '../workspace';
import { hashOf, onceFor } from './stamp';

/** Writes the client of each service that uses Prisma into src/generated/prisma, when its schema or Prisma changed. */
export async function generateClients(log: Log): Promise<void> {
  await Promise.all(
    prismaServices().map(async (name) => {
      const schema = `services/${name}/prisma/schema.prisma`;
      const hash = hashOf([schema, 'node_modules/prisma/package.json']);
      await onceFor(hash, path.join(root, 'services', name, 'src', 'generated'), async () => {
        log(`generating the database client of ${name}`);
        const cli = path.join(root, 'node_modules/prisma/build/index.js');
        const result = await run(process.execPath, [cli, 'generate', '--schema', schema], {
          cwd: root,
          // The native engine is fetched from elsewhere and generating does not need it; any program will do.
          env: {
            ...process.env,
            PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
            PRISMA_HIDE_UPDATE_MESSAGE: '1',
            CHECKPOINT_DISABLE: '1',
          },
          timeoutMs: 120_000,
        });
        if (!result.ok)
          throw new Error(
            `The database client of ${name} was not made: ${lastLines(result.stderr, 12)}\n"npm run generate" makes it once the cause is gone.`,
          );
      });
    }),
  );
}
