import { runCommand } from '@bramble/service-kit/base/command-line';
import { buildBundles } from './build-bundles';
import { keepEvidence } from './evidence';
import { faultKinds, runSeed } from './one-seed';
import { chaosCommand, type ChaosOptions } from './options';
import { describeAll, describeSeed, passed, type SeedResult } from './report';
import { startRig } from './rig';

const say = (line: string) =>
  process.stderr.write(`chaos ${new Date().toISOString().slice(11, 23)} ${line}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);
const keep = process.env['KEEP_CHAOS_DATA'] === '1';

async function main(options: ChaosOptions): Promise<void> {
  await buildBundles();
  const results: SeedResult[] = [];
  const broken: string[] = [];
  let interrupted = false;
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    // A shop of its own for each, so that a seed means the same alone and among others.
    const starting = startRig({
      log: say,
      members: options.members ?? (seed % 2 === 0 ? 3 : 1),
      beside: options.beside,
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.removeAllListeners(signal).once(signal, () => {
        interrupted = true;
        say(`${signal}: ending everything`);
        void starting.then((rig) => rig.stop({ keepData: keep })).finally(() => process.exit(130));
      });
    const rig = await starting;
    let sound = false;
    try {
      const result = await runSeed(rig, { ...options, seed }, say);
      results.push(result);
      print(describeSeed(result));
      sound = passed(result);
      if (!sound && keep) {
        const violations = [...result.left, ...result.findings.flatMap((finding) => finding.violations)];
        const folder = await keepEvidence(rig.clients, rig.dataDir, violations);
        print(`  kept     ${folder ?? rig.dataDir}`);
      }
    } catch (error) {
      if (interrupted) return;
      broken.push(
        `seed ${seed} broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      print(`  FAIL ${broken.at(-1) ?? ''}`);
    } finally {
      await rig.stop({ keepData: keep && !sound });
    }
  }
  print(describeAll(results, broken, faultKinds));
  process.exitCode = broken.length === 0 && results.every(passed) ? 0 : 1;
}

await runCommand(chaosCommand(main));
