import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The folder that holds Swagger UI: beside the bundle, where the build copies it, or the package itself when the source
 * runs without a bundle.
 */
export function swaggerFolder(): string {
  const bundled = path.join(__dirname, 'swagger-ui');
  if (existsSync(bundled)) return bundled;
  return path.dirname(createRequire(__filename).resolve('swagger-ui-dist/package.json'));
}
