import { writeContractRoutes } from './build/contract-routes';
import { generateClients } from './build/generate';

// With --check the files that are committed are compared, not written.
const log = (line: string) => console.log(line);
await writeContractRoutes(log, { check: process.argv.includes('--check') });
await generateClients(log);
