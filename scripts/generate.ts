import { generateClients } from './build/generate';

await generateClients((line) => console.log(line));
