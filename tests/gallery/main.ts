import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { buildAll } from '../../scripts/build/build-all';
import { openChromium } from '../browser/chromium';
import { type RunningShop, startShop } from '../helpers/running-shop';
import { openStoreClients } from '../helpers/store-clients';
import { type Printed, runStress, withoutSigningIn } from './commands';
import { type Figures, FILE, galleryText } from './document';
import { queuePage, terminalPage } from './html';
import { drawPage, drawProduct, drawRefusedBuyer, FOLDER } from './pictures';
import { busyReaders, waitingIn, watchQueue } from './queue';

const say = (line: string): void => console.error(`gallery: ${line}`);

const drawCommand = (browser: Browser, { line, output }: Printed, name: string): Promise<void> =>
  drawPage(browser, terminalPage(line, withoutSigningIn(output)), name);

async function drawStart(browser: Browser, shop: RunningShop): Promise<void> {
  const health = await (await fetch(`${shop.url}/api/health`)).text();
  // The data of this shop lie in a temporary folder, whose name is different each time.
  const output = shop.output().replaceAll(shop.dataDir, '.data').trimEnd();
  const asked = `$ curl ${shop.url}/api/health\n${health}`;
  await drawPage(browser, terminalPage('npm start', `${output}\n\n${asked}`), 'running-shop');
}

const promisesOf = ({ output }: Printed): number => Number(/^(\d+) promises, all kept/m.exec(output)?.[1]);

function rushFigures({ output }: Printed): Pick<Figures, 'rush' | 'rushSeconds'> {
  const last = [...output.matchAll(/^ *(\d+) s {2}(sent .*)$/gm)].at(-1);
  const count = (name: string): number => Number(new RegExp(`${name} (\\d+)`).exec(last?.[2] ?? '')?.[1]);
  return {
    rushSeconds: Number(last?.[1]),
    rush: {
      sent: count('sent'),
      accepted: count('accepted'),
      paid: count('paid'),
      completed: count('completed'),
      refused: count('refused'),
    },
  };
}

async function rushWithQueue(browser: Browser, shop: RunningShop) {
  const clients = await openStoreClients(shop.dataDir);
  try {
    const running = runStress(shop.url, ['--buyers', '200', '--stock', '10']);
    const samples = await watchQueue(clients.redis, running);
    const busy = busyReaders(samples);
    await drawPage(
      browser,
      queuePage(
        samples,
        busy.map(({ reader }) => reader),
      ),
      'queue',
    );
    const printed = await running;
    await drawCommand(browser, printed, 'rush');
    return { printed, busy, waitingAtEnd: waitingIn(samples.at(-1)) };
  } finally {
    await clients.close();
  }
}

async function drawAll(browser: Browser, shop: RunningShop): Promise<Figures> {
  await drawStart(browser, shop);
  say('200 buyers for 10 pieces');
  const { printed: rush, busy, waitingAtEnd } = await rushWithQueue(browser, shop);
  await drawProduct(browser, shop.url, /^See (\S+)$/m.exec(rush.output)?.[1] ?? '');
  const refusedNumber = await drawRefusedBuyer(browser, shop.url);
  say('a kept answer');
  const kept = await runStress(shop.url, ['--same-key', '20']);
  await drawCommand(browser, kept, 'kept-answer');
  say('the last piece');
  const lastPiece = await runStress(shop.url, ['--last-piece']);
  await drawCommand(browser, lastPiece, 'last-piece');
  say('carts');
  const carts = await runStress(shop.url, ['--cart', '20']);
  await drawCommand(browser, carts, 'carts');
  const promises = [rush, kept, lastPiece, carts].map(promisesOf).reduce((sum, each) => sum + each);
  return { ...rushFigures(rush), promises, busy, waitingAtEnd, refusedNumber };
}

async function gallery(): Promise<void> {
  const browser = await openChromium();
  try {
    // A start that has to build first shows little but that.
    await buildAll(say);
    say('starting a shop');
    const shop = await startShop({ env: { RATE_LIMIT_FACTOR: '100' } });
    try {
      writeFileSync(FILE, await galleryText(await drawAll(browser, shop)));
    } finally {
      await shop.stop();
    }
  } finally {
    await browser.close();
  }
  say(`wrote ${FILE} and ${FOLDER}`);
}

await runCommand(
  createCommand('npm run gallery --', {
    does: `Starts a shop with empty data on a free port, runs npm run stress against it, takes pictures, and writes ${FOLDER} and ${FILE}. Needs a Chromium (CHROMIUM names one).`,
    example: 'npm run gallery',
  }).action(gallery),
);
