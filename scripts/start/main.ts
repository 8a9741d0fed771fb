import path from 'node:path';
import { buildAll } from '../build/build-all';
import { root } from '../workspace';
import { banner } from './banner';
import { builtGateway } from './environment';
import { runShop } from './run-shop';

runShop({
  script: 'start',
  build: buildAll,
  gateway: (settings) => Promise.resolve(builtGateway(settings)),
  program: (name) => ['--enable-source-maps', path.join(root, 'dist', name, 'main.mjs')],
  opened: (url, settings) => console.log(banner(url, settings)),
});
