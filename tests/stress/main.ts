import { gatewayApi } from '@bramble/contracts/gateway';
import { runCommand } from '@bramble/service-kit/base/command-line';
import type { Attempt } from './attempt';
import { stressCommand, type StressOptions } from './options';
import { countLine, showProgress } from './progress';
import { carts, keptAnswer, lastPiece, rush, type Scene, type Shown } from './shapes';
import { openStressShop } from './stress-shop';
import { closingLine, reportOf, summaryOf } from './summary';

/** The shapes that the options ask for, one after the other. */
const shapesOf = (options: StressOptions): ((scene: Scene) => Promise<Shown>)[] => {
  const { rush: ofRush, lastPiece: ofLastPiece, carts: ofCarts, keptAnswer: ofKeptAnswer } = options;
  return [
    ...(ofRush ? [(scene: Scene) => rush(scene, ofRush)] : []),
    ...(ofLastPiece ? [(scene: Scene) => lastPiece(scene, ofLastPiece)] : []),
    ...(ofCarts ? [(scene: Scene) => carts(scene, ofCarts)] : []),
    ...(ofKeptAnswer ? [(scene: Scene) => keptAnswer(scene, ofKeptAnswer)] : []),
  ];
};
const buyersOf = ({ rush, lastPiece, carts }: StressOptions): number =>
  Math.max(rush?.buyers ?? 1, lastPiece ? 2 : 1, carts?.buyers ?? 1);

async function stress(options: StressOptions): Promise<void> {
  const startedAt = performance.now();
  const { url, waitSeconds } = options;
  const buyers = buyersOf(options);
  const shop = openStressShop(url, { connections: Math.max(buyers, options.keptAnswer?.times ?? 0) });
  await shop.call(gatewayApi.health, { name: 'health' }).catch((cause: unknown) => {
    throw new Error(`There is no open shop at ${url}: start one with npm start, or name it with --url.`, {
      cause,
    });
  });

  let progress = showProgress(process.stderr);
  const tokens = await shop
    .signIn(buyers, (signedIn, limited) =>
      progress.show(
        () =>
          `signed in ${signedIn} of ${buyers}${limited ? ', and the shop lets no more in for now (see --help)' : ''}`,
      ),
    )
    .finally(() => progress.end());

  const results: Shown[] = [];
  for (const shape of shapesOf(options)) {
    progress = showProgress(process.stderr);
    const watch = (attempts: readonly Attempt[]) => progress.show(() => countLine(attempts));
    const shown = await shape({ shop, tokens, waitSeconds, watch }).finally(() => progress.end());
    results.push(shown);
    if (!options.json) console.log(`\n${summaryOf(shown)}`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const verdicts = results.flatMap((shown) => shown.verdicts);
  console.log(
    options.json ? JSON.stringify(reportOf(results, seconds), null, 2) : closingLine(verdicts, seconds),
  );
  await shop.close();
  if (verdicts.some(({ kept }) => !kept)) process.exitCode = 1;
}

void runCommand(stressCommand(stress));
