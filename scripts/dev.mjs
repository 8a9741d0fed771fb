// Starts the whole shop for a developer. Plain JavaScript, because it installs the dependencies.
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await ensureInstalled();
const { register } = await import('tsx/esm/api');
register();
await import('./dev/main.ts');
