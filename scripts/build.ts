import { buildAll } from './build/build-all';

await buildAll((line) => console.log(line));
